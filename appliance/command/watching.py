"""`moment status --watch`: stays, and shows every change until Ctrl-C."""

import argparse
import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from rich.console import Group
from rich.live import Live
from rich.text import Text

from appliance.command.asking import connect
from appliance.command.documents import status_document
from appliance.command.render import Screen, event_sentence, status_line, status_table
from appliance.command.speech import say
from appliance.control.client import Client
from appliance.control.messages import Event, Status, StatusAnswer, UploadChanged

REFRESH_S = 1.0
SETTLE_S = 0.1
"""Events that come together are shown together."""

_KEPT_NEWS = 6

Show = Callable[[StatusAnswer, Sequence[Event]], None]


def watch(arguments: argparse.Namespace) -> int:
    """A table that redraws itself; in a pipe a line each time, with `--json` a JSON document a line."""
    with contextlib.suppress(KeyboardInterrupt), connect(arguments) as listener, connect(arguments) as client:
        listener.subscribe()
        with _shown(is_json=arguments.json) as show:
            news: Sequence[Event] = ()
            while True:
                show(client.ask(Status()), news)
                news = _news(listener)
    return 0


def _news(listener: Client) -> list[Event]:
    news = [listener.next_event(REFRESH_S)]
    settled_s = time.monotonic() + SETTLE_S
    while news[0] is not None and (left_s := settled_s - time.monotonic()) > 0:
        news.append(listener.next_event(left_s))
    return [event for event in news if event is not None and not _is_progress(event)]


def _is_progress(event: Event) -> bool:
    """The status itself tells how far an upload is."""
    return isinstance(event, UploadChanged) and event.progress is not None


@contextlib.contextmanager
def _shown(*, is_json: bool) -> Iterator[Show]:
    screen = Screen()
    if is_json:
        yield lambda answer, _: say(status_document(answer))
    elif not screen.is_terminal:
        yield _show_line
    else:
        with Live(console=screen, auto_refresh=False) as live:
            yield _Table(live).show


def _show_line(answer: StatusAnswer, news: Sequence[Event]) -> None:
    say(*map(event_sentence, news), status_line(answer))


class _Table:
    def __init__(self, live: Live) -> None:
        self._live = live
        self._news: deque[str] = deque(maxlen=_KEPT_NEWS)

    def show(self, answer: StatusAnswer, news: Sequence[Event]) -> None:
        self._news.extend(map(event_sentence, news))
        self._live.update(Group(status_table(answer), Text("\n".join(["", *self._news]))), refresh=True)
