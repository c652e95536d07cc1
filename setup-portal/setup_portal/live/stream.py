"""The state as server-sent events (HTML Living Standard, chapter 9.2).

A stream holds a thread of the server, of which there are few. So it lasts for some seconds only and the browser comes
again by itself; at most `MOST` listen at a time, and who finds no seat is told the state once and comes again. Four
phones all listen; a fifth sees the state a few seconds later, and nobody waits for a page. Each listener has a
subscription of its own at the recorder, which never waits for one.
"""

import time
from collections.abc import Callable, Iterator

import msgspec

from appliance.control.client import Client
from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from appliance.control.messages import Counted, Event, MemoryChanged

MOST = 4
EACH = 2
"""An own tab or two: a visitor does not take the seats of the others."""
LASTS_S = 25.0
EVERY_S = 3.0
"""The state is told anew so often though nothing happened: ages and temperatures go on."""
RETRY_MS = 1500
RETRY_WITHOUT_SEAT_MS = 4000
_SOON_S = 1.0
"""Several events at once are one new state, which is asked for after them (`Latest` may hold one of just before)."""


class Page:
    """What the page makes of what it hears: the state as HTML; of a count, a memory, an absence a sentence."""

    def __init__(
        self,
        state: Callable[[], str],
        counted: Callable[[Counted], str],
        memory: Callable[[MemoryChanged], str | None],
        away: Callable[[], str],
    ) -> None:
        self.state, self.counted, self.memory, self.away = state, counted, memory, away


def once(page: Page) -> Iterator[str]:
    """The state, for somebody without a seat."""
    yield f"retry: {RETRY_WITHOUT_SEAT_MS}\n\n"
    yield from _state(page)


def listened(socket_path: str, page: Page, lasts_s: float = LASTS_S) -> Iterator[str]:
    """The state and what happens, for some seconds."""
    yield f"retry: {RETRY_MS}\n\n"
    try:
        with Client(socket_path, EVERY_S) as client:
            client.subscribe()
            yield from _state(page)
            yield from _heard(client, page, time.monotonic() + lasts_s)
    except (NoSupervisorError, GoneError, RefusedError):
        yield written("away", page.away())


def _heard(client: Client, page: Page, until_s: float) -> Iterator[str]:
    due_s = time.monotonic() + EVERY_S
    while (now_s := time.monotonic()) < until_s:
        event = client.next_event(max(0.0, min(due_s, until_s) - now_s))
        if event is not None:
            yield from _told(event, page)
            due_s = min(due_s, time.monotonic() + _SOON_S)
        elif time.monotonic() >= due_s:
            yield from _state(page)
            due_s = time.monotonic() + EVERY_S


def _told(event: Event, page: Page) -> Iterator[str]:
    if isinstance(event, Counted):
        yield written("counted", page.counted(event))
    elif isinstance(event, MemoryChanged) and (sentence := page.memory(event)):
        yield written("memory", sentence)


def _state(page: Page) -> Iterator[str]:
    try:
        yield written("state", page.state())
    except (NoSupervisorError, GoneError, RefusedError):
        yield written("away", page.away())


def written(name: str, content: str) -> str:
    """One event; its data is a JSON text, so that no line end of the content ends it."""
    return f"event: {name}\ndata: {msgspec.json.encode(content).decode()}\n\n"
