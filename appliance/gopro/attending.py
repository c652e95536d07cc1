"""What the attendant does next. Pure, with the clock passed in: it gives a step, and is told what came of it.

    search ─▶ meet ─▶ look ─▶ orders: claim, clock, stop, start ─▶ listen ─▶ watch (look, and look again)
       ▲                ▲                                            │
       └── unanswered ──┴──────────── refused, silence ◀─────────────┘

While the stream runs it is only looked at: what ends it ends the epoch, and the next one begins with another attendant.
"""

from collections.abc import Iterator

import msgspec

from appliance.attendance import Report
from appliance.gopro import sentences
from appliance.gopro.seeking import Seeking
from appliance.gopro.state import CameraState
from appliance.gopro.steps import (
    Do,
    Heard,
    Listen,
    Look,
    Order,
    Outcome,
    Pause,
    Refused,
    Seen,
    Silence,
    Step,
    Taken,
    Unanswered,
)
from appliance.gopro_addresses import is_over_usb

LOOK_EVERY_S = 2.0
"""As GoPro's own SDK does."""
SETTLE_S = 0.2
"""Between stop and start: a webcam that is toggled faster answers 500."""
_MOST_UNANSWERED = 3
_WEBCAM_TRIES = 2
_TRIES_UNTIL_RESET = 3


class Attending(Seeking):
    """One camera, from its being looked for to its stream. `tells_time`: whether this box's clock may be told to it."""

    def __init__(self, address: str = "", *, tells_time: bool = False) -> None:
        super().__init__(address)
        self.state = CameraState()
        self.uses_webcam = False
        self._tells_time = tells_time
        self._unanswered = 0
        self._tries = 0
        self._steps = self._story()
        self._next: Step = next(self._steps)

    @property
    def step(self) -> Step:
        """What is to be done now."""
        return self._next

    def done(self, outcome: Outcome, now_s: float) -> None:
        """What came of `step`."""
        self._outcome, self._now_s = outcome, now_s
        self._next = next(self._steps)

    # The story; each `yield` is a step, after which `_outcome` is there.

    def _story(self) -> Iterator[Step]:
        while True:
            yield from self._seek()
            self._unanswered, self.uses_webcam = 0, self.model.has_webcam
            while self._unanswered < _MOST_UNANSWERED:
                yield from self._prepare()

    def _prepare(self) -> Iterator[Step]:
        """From a camera that answers to its stream, once; and then watch that."""
        yield Look()
        if not self._take_look():
            yield Pause(LOOK_EVERY_S)
            return
        if self._is_hindered():
            self._say_trouble(self._hindrance() or "")
            yield Pause(max(self.state.poll_period_s, SETTLE_S))
            return
        if not self._tries:  # a trouble stands until it is over
            self.report = Report("preparing", sentences.STARTING.format(camera=self._camera), self._camera)
        for order in self._orders():
            yield Do(order)
            if isinstance(self._outcome, Refused | Unanswered) and order in {"start", "start webcam"}:
                self._tries += 1
                self._regret(self._outcome)
                yield Pause(min(LOOK_EVERY_S, 0.5 * self._tries))
                if self._is_webcam_in_vain():
                    yield from self._give_up_webcam()
                return
            if order in {"stop", "stop webcam"}:
                yield Pause(SETTLE_S)
        yield Listen()
        yield from self._take_listening(self._outcome)

    def _is_hindered(self) -> bool:
        """A camera that records by itself is let be; heat is no reason not to try."""
        return self.state.is_encoding or self._is_too_busy() or not self.state.is_ready

    def _is_too_busy(self) -> bool:
        """Commands wait for a camera that is busy, those of the webcam do not (GoPro's SDK exempts them)."""
        return self.state.is_busy and not self._is_webcam_wanted()

    def _is_webcam_wanted(self) -> bool:
        return self.uses_webcam and self._is_wired()

    def _is_wired(self) -> bool:
        return self.state.is_wired or is_over_usb(self.address)

    def _hindrance(self) -> str | None:
        return sentences.hindrance(msgspec.structs.replace(self.state, is_busy=self._is_too_busy()))

    def _orders(self) -> list[Order]:
        """The SDK's order of things: control, then stop before start. Webcam and control by wire exclude each other."""
        self.uses_webcam = self._is_webcam_wanted()
        stream: list[Order] = ["stop webcam", "start webcam"] if self.uses_webcam else ["stop", "start"]
        if self.state.is_busy:
            return stream
        transfer: list[Order] = ["end transfer"] if self.state.is_transferring else []
        clock: list[Order] = ["clock"] if self._tells_time else []
        return transfer + self._control() + clock + stream

    def _control(self) -> list[Order]:
        """By wire; taken anew where starts fail again and again."""
        if not (self._is_wired() and self.model.has_wired_control):
            return []
        if self.uses_webcam:
            return ["release"]
        is_anew = self._tries > 0 and self._tries % _TRIES_UNTIL_RESET == 0
        return ["release", "take"] if is_anew else ["take"]

    def _regret(self, outcome: Refused | Unanswered) -> None:
        if isinstance(outcome, Unanswered):
            self._unanswered += 1
            self._say_trouble(sentences.UNANSWERED)
        else:
            self._say_trouble(sentences.refusal(outcome.why, self.state))

    def _give_up_webcam(self) -> Iterator[Step]:
        """One that runs on without a picture would keep the preview from starting, whose tries are counted anew."""
        self.uses_webcam, self._tries = False, 0
        yield Do("stop webcam")
        yield Do("exit webcam")

    def _is_webcam_in_vain(self) -> bool:
        return self.uses_webcam and self._tries >= _WEBCAM_TRIES

    def _take_listening(self, outcome: Outcome) -> Iterator[Step]:
        match outcome:
            case Heard(port=port, codec=codec):
                self._tries = 0
                heard = sentences.STREAMING.format(camera=self._camera)
                yield from self._watch(Report("streaming", heard, self._camera, port, codec))
            case Taken(port=port):
                self._say_trouble(sentences.PORT_TAKEN.format(port=port, camera=self._camera))
                yield Pause(LOOK_EVERY_S)
            case Silence():
                self._tries += 1
                if self._is_webcam_in_vain():
                    yield from self._give_up_webcam()
                elif self._tries > 1:  # the next start may well bring them, and takes as long as a trouble may last
                    self._say_trouble(sentences.silence(self.state))
            case _:
                yield Pause(LOOK_EVERY_S)

    def _watch(self, streaming: Report) -> Iterator[Step]:
        """For ever: what it says is the reason if the stream ends. HERO9 does not answer while it records."""
        self.report = streaming
        while True:
            yield Pause(max(LOOK_EVERY_S, self.state.poll_period_s))
            yield Look()
            is_answered = self._take_look()
            hindrance = self._hindrance() if is_answered else None
            if hindrance:
                self._say_trouble(hindrance)
            elif is_answered:
                self.report = streaming

    def _take_look(self) -> bool:
        """Whether it answered; a model that has no state to tell (HERO9 over USB) is taken as fit."""
        match self._outcome:
            case Seen(state=state):
                self.state, self._unanswered = state, 0
                return True
            case Refused():
                self._unanswered = 0
                return True
            case _:
                self._unanswered += 1
                self._say_trouble(sentences.UNANSWERED)
                return False
