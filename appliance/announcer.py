"""Who is told what: the rooms' words go to the lamp, to each other and to whoever listens at the socket.

The one place where the rooms meet at run time. It decides nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from appliance.boot.report import BootReport
from appliance.control.messages import (
    Asked,
    Counted,
    Event,
    MemoryChanged,
    NetworkChanged,
    RecordingChanged,
    UploadChanged,
    UploadProgress,
)
from appliance.control.values import as_message
from appliance.memories.keeper import Keeper
from appliance.memories.model import Entry
from appliance.memories.moment import Moment, State
from appliance.memories.workshop import Workshop
from appliance.panel.lamp import Moment as LampMoment
from appliance.panel.panel import Panel
from appliance.recording.freshness import State as RecordingState
from appliance.recording.segment import Segment
from appliance.upload.model import Account
from appliance.upload.room import UploadRoom

Tell = Callable[[Event], None]

_LAMP_MOMENTS: dict[State, LampMoment] = {"secured": "got-it", "kept": "memory-ready", "not-saved": "not-saved"}


class Network(Protocol):
    """Who answers for the network."""

    def changed(self) -> NetworkChanged:
        """How it is now."""

    def ask_set_up(self) -> str:
        """Somebody wants the set-up network; a sentence of what that comes to."""


class Radio(Protocol):
    """Who shares a radio between the camera and the home network."""

    def press_is_kept(self, *, is_busy: bool) -> None:
        """A press is being kept, or no longer is."""

    def look_again(self) -> None:
        """What waits for the home network may have changed."""


class Recording(Protocol):
    """Who can let go of the camera for a while."""

    def pause(self, reason: str) -> None:
        """Stand still until told otherwise."""

    def resume(self) -> None:
        """Record again."""


class Announcer:
    """Listens to recording, memories and panel; `connect()` comes before the first word."""

    def __init__(
        self,
        step_minutes: float,
        log: Callable[[str], None],
        warn: Callable[[str], None] | None = None,
        boot: BootReport | None = None,
    ) -> None:
        self.boot = boot
        self.last_press: Moment | None = None
        self.last_count = Counted(1, step_minutes)
        self._step_minutes = step_minutes
        self._log, self._warn = log, warn or log
        self._tells: list[Tell] = []
        self._keeper: Keeper
        self._workshop: Workshop
        self._panel: Panel
        self._upload: UploadRoom
        self._upload_trouble: str | None = None
        self._recording_logged: tuple[RecordingState, str | None] | None = None
        self._network: Network
        self._radio: Radio
        self._recording: Recording
        self._network_sentence = ""

    def connect(
        self,
        *,
        keeper: Keeper,
        workshop: Workshop,
        panel: Panel,
        upload: UploadRoom,
        network: Network,
        radio: Radio,
        recording: Recording,
        publish: Tell,
    ) -> None:
        """Know who is there; what the boot found is told now, once."""
        self._keeper, self._workshop, self._panel, self._upload = keeper, workshop, panel, upload
        self._network, self._radio, self._recording = network, radio, recording
        self._tells.append(publish)
        for sentence in (*self.boot.taken, *self.boot.troubles) if self.boot else ():
            self._log(sentence)
        self._show_fault()

    @contextmanager
    def listening(self, tell: Tell, identity: Callable[[], str]) -> Iterator[None]:
        """Tell one client of one memory as long as the context lasts."""

        def only_that_one(event: Event) -> None:
            if isinstance(event, MemoryChanged) and event.id == identity():
                tell(event)

        self._tells.append(only_that_one)
        try:
            yield
        finally:
            self._tells.remove(only_that_one)

    # Recording's words

    def recording_changed(self, state: RecordingState, reason: str | None) -> None:
        self._panel.show_state(state)
        self._upload.uploader.footage_is_late(is_late=state == "stalled")
        if (state, reason) != self._recording_logged:  # a camera that stays away fails at each try, with the same words
            self._recording_logged = state, reason
            self._log(f"{state}: {reason}" if reason else state)
        self._say(RecordingChanged(state, reason))

    def segment_opened(self) -> None:
        self._keeper.segment_opened()

    def segment_closed(self, segment: Segment) -> None:
        self._keeper.segment_closed(segment)
        self._workshop.segment_closed()

    def epoch_ended(self) -> None:
        self._keeper.epoch_ended()

    # The memories' words

    def memory_changed(
        self, identity: str, name: str, state: State, progress: float | None = None, sentence: str | None = None
    ) -> None:
        if state == "pressed":
            return
        if state in _LAMP_MOMENTS:
            self._panel.tell(_LAMP_MOMENTS[state])
        self._show_fault()
        self._upload.uploader.yield_to_press(is_busy=self._keeper.is_busy)
        self._radio.press_is_kept(is_busy=self._keeper.is_busy)
        if progress in {None, 1.0}:
            say = self._warn if state == "not-saved" else self._log
            say(f"{name or 'memory'}: {state}{f' ({sentence})' if sentence else ''}")
        self._say(MemoryChanged(identity, name, state, progress, sentence))

    def shelved(self, entries: list[Entry]) -> None:
        self._upload.register.shelved(entries)

    def kept(self, entries: list[Entry], replaced: set[str]) -> None:
        self._upload.register.kept(entries, replaced)

    def renamed(self, changed: list[tuple[Entry, Entry]]) -> None:
        self._upload.register.renamed(changed)

    def deleted(self, entry: Entry) -> None:
        self._upload.register.deleted(entry)

    def may_grow(self, identity: str) -> bool:
        """Whether a memory has not begun to leave the box."""
        return self._upload.register.may_grow(identity)

    # The upload's words

    def upload_changed(self, name: str, told: Account) -> None:
        progress = as_message(told.progress, UploadProgress) if told.progress else None
        if progress is None:
            self._log(f"{name}: {told.state}{f' ({told.reason})' if told.reason else ''}")
        self._say(UploadChanged(name, told.state, told.reason, progress))

    def upload_shown(self, *, is_under_way: bool, trouble: str | None) -> None:
        if trouble and trouble != self._upload_trouble:
            self._warn(f"upload: {trouble}")
        self._upload_trouble = trouble
        self._panel.set_condition("uploading", on=is_under_way)
        self._show_fault()
        self._radio.look_again()

    # The panel's words

    def press_began(self, at_s: float) -> None:
        self.last_press = self._keeper.press_began(at_s)
        self.last_count = Counted(1, self._step_minutes)
        self._upload.uploader.yield_to_press(is_busy=True)
        self._radio.press_is_kept(is_busy=True)

    def press_counted(self, steps: int) -> None:
        self._keeper.press_counted(steps)
        self._log(f"counted {steps}: the last {steps * self._step_minutes:g} minutes")
        self._count(Counted(steps, steps * self._step_minutes))

    def press_limit(self, steps: int) -> None:
        self._log(f"counted no further than {steps}: the ring holds no more")
        self._count(Counted(steps, steps * self._step_minutes, is_limit=True))

    def press_ended(self, steps: int) -> None:
        self._keeper.press_ended(steps)

    def upload_asked(self) -> None:
        self._say(Asked("upload-now"))
        self._upload.desk.ask_all(self._log)

    def set_up_asked(self) -> None:
        self._log("set-up mode asked for")
        self._say(Asked("set-up-mode"))
        self._log(self._network.ask_set_up())

    # The network's words

    def network_changed(self) -> None:
        told = self._network.changed()
        is_new_sentence = told.sentence != self._network_sentence
        self._network_sentence = told.sentence
        if is_new_sentence:
            self._log(f"network: {told.sentence}")
        self._panel.set_condition("set-up-mode", on=told.mode in {"hotspot", "trying"})
        self._say(told)

    def radio_moved(self, lent: str | None, away: str | None) -> None:
        if lent:
            self._recording.pause(lent)
        else:
            self._recording.resume()
        self._upload.uploader.radio_is_away(away)

    def panel_fault(self, sentence: str | None) -> None:
        if sentence:
            self._warn(sentence)

    def _show_fault(self) -> None:
        from_boot = self.boot is not None and bool(self.boot.troubles)  # they stand until the next boot
        self._panel.set_condition("fault", on=from_boot or bool(self._workshop.trouble or self._upload_trouble))

    def _count(self, counted: Counted) -> None:
        self.last_count = counted
        self._say(counted)

    def _say(self, event: Event) -> None:
        for tell in list(self._tells):
            tell(event)
