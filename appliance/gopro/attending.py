"""What the attendant does next. Pure, with the clock passed in: it gives a step, and is told what came of it.

    search ─▶ meet ─▶ look ─▶ orders: claim, clock, stop, start ─▶ listen ─▶ watch (look, and look again)
       ▲                ▲                                            │
       └── unanswered ──┴──────────── refused, silence ◀─────────────┘

While the stream runs it is only looked at: what ends it ends the epoch, and the next one begins with another attendant.
"""

from collections.abc import Iterator

from appliance.attendance import AccessPoint, Report
from appliance.gopro import sentences
from appliance.gopro.models import Model
from appliance.gopro.state import CameraState
from appliance.gopro.steps import (
    Do,
    Done,
    Found,
    Heard,
    Listen,
    Look,
    Means,
    Meet,
    Met,
    Missed,
    Order,
    Outcome,
    Pause,
    Refused,
    Search,
    Seen,
    Silence,
    Step,
    Taken,
    Unanswered,
    Woken,
)
from appliance.gopro_addresses import is_over_usb

LOOK_EVERY_S = 2.0
"""As GoPro's own SDK does."""
KNOCK_EVERY_S = 1.0
"""At the door of a camera that is away: whoever switches it on waits for its pictures."""
SETTLE_S = 0.2
"""Between stop and start: a webcam that is toggled faster answers 500."""
WAKE_EVERY_S = 30.0
ASK_AROUND_EVERY_S = 15.0
_MOST_UNANSWERED = 3
_WEBCAM_TRIES = 2
_TRIES_UNTIL_RESET = 3

_MEANS: dict[Means, float] = {"address": 0.0, "announcement": ASK_AROUND_EVERY_S, "bluetooth": WAKE_EVERY_S}
"""In this order, and each at most every so many seconds."""


class Attending:
    """One camera, from its being looked for to its stream. `address`: the owner's word where it is, "" if none.

    `report`: how it stands. `tells_time`: whether this box's clock may be told to the camera.
    """

    def __init__(self, address: str = "", *, tells_time: bool = False) -> None:
        self.report = Report("searching", sentences.SEARCHING)
        self.address = address
        self.model = Model()
        self.state = CameraState()
        self.uses_webcam = False
        self._is_given = bool(address)
        self._tells_time = tells_time
        self._name = ""
        self._due_s = dict.fromkeys(_MEANS, 0.0)
        self._hints = dict.fromkeys(_MEANS, "")
        self._unanswered = 0
        self._tries = 0
        self._now_s = 0.0
        self._steps = self._story()
        self._next: Step = next(self._steps)
        self._outcome: Outcome = Done()

    @property
    def _camera(self) -> str:
        return self._name or "the GoPro"

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
            yield from self._search()
            self._unanswered = 0
            while self._unanswered < _MOST_UNANSWERED:
                yield from self._prepare()

    def _search(self) -> Iterator[Step]:
        while True:
            if not self._is_given:
                yield from self._find()
            yield Meet(self.address)
            if isinstance(self._outcome, Met):
                self.model, self._name = self._outcome.model, self._outcome.name
                self.uses_webcam = self.model.has_webcam
                return
            self._say_trouble(self._why_not_met())
            yield Pause(KNOCK_EVERY_S)

    def _find(self) -> Iterator[Step]:
        """By one means after the other; only a whole round in vain is a trouble."""
        while True:
            for means in filter(self._is_due, _MEANS):
                yield Search(means)
                match self._outcome:
                    case Found(address=address):
                        self.address = address
                        return
                    case Woken(access_point=access_point):
                        self._say_awake(access_point)
                    case Missed(why=why):
                        self._hints[means] = why
                    case _:
                        pass
            if self.report.access_point is None:
                self._say_trouble(sentences.absence(self._hints["address"], self._hints["bluetooth"]))
            yield Pause(LOOK_EVERY_S)

    def _is_due(self, means: Means) -> bool:
        """An address costs nothing to try; the others are processes, and fill the air."""
        is_due = self._now_s >= self._due_s[means]
        if is_due:
            self._due_s[means] = self._now_s + _MEANS[means]
        return is_due

    def _prepare(self) -> Iterator[Step]:
        """From a camera that answers to its stream, once; and then watch that."""
        yield Look()
        if not self._take_look():
            yield Pause(LOOK_EVERY_S)
            return
        if self._is_hindered():
            self._say_trouble(sentences.hindrance(self.state) or "")
            yield Pause(max(self.state.poll_period_s, SETTLE_S))
            return
        if not self._tries:  # a trouble stands until it is over
            self.report = Report("preparing", sentences.STARTING.format(camera=self._camera), self._camera)
        for order in self._orders():
            yield Do(order)
            if isinstance(self._outcome, Refused | Unanswered) and order in {"start", "start webcam"}:
                yield from self._regret(self._outcome)
                return
            if order in {"stop", "stop webcam"}:
                yield Pause(SETTLE_S)
        yield Listen()
        yield from self._take_listening(self._outcome)

    def _is_hindered(self) -> bool:
        """A camera that records by itself is let be; heat is no reason not to try."""
        return self.state.is_encoding or self.state.is_busy or not self.state.is_ready

    def _orders(self) -> list[Order]:
        """The SDK's order of things: control, then stop before start. Webcam and control by wire exclude each other."""
        is_wired, can_be_taken = self.state.is_wired or is_over_usb(self.address), self.model.has_wired_control
        self.uses_webcam = self.uses_webcam and is_wired
        orders: list[Order] = []
        if is_wired and can_be_taken:
            orders.append("release" if self.uses_webcam else "take")
        if self._tells_time:
            orders.append("clock")
        if self._tries and self._tries % _TRIES_UNTIL_RESET == 0 and is_wired and can_be_taken and not self.uses_webcam:
            orders[:1] = ["release", "take"]
        orders += ["stop webcam", "start webcam"] if self.uses_webcam else ["stop", "start"]
        return orders

    def _regret(self, outcome: Refused | Unanswered) -> Iterator[Step]:
        self._tries += 1
        if isinstance(outcome, Unanswered):
            self._unanswered += 1
            self._say_trouble(sentences.UNANSWERED)
        else:
            self._say_trouble(sentences.refusal(outcome.why, self.state))
        if self.uses_webcam and self._tries >= _WEBCAM_TRIES:
            self.uses_webcam = False
            yield Do("exit webcam")
        yield Pause(min(LOOK_EVERY_S, 0.5 * self._tries))

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
                self.uses_webcam = self.uses_webcam and self._tries < _WEBCAM_TRIES
                if self._tries > 1:  # the next start may well bring them, and takes as long as a trouble is waited for
                    self._say_trouble(sentences.GONE_SILENT)
            case _:
                yield Pause(LOOK_EVERY_S)

    def _watch(self, streaming: Report) -> Iterator[Step]:
        """For ever: what it says is the reason if the stream ends. HERO9 does not answer while it records."""
        self.report = streaming
        while True:
            yield Pause(max(LOOK_EVERY_S, self.state.poll_period_s))
            yield Look()
            is_answered = self._take_look()
            hindrance = sentences.hindrance(self.state) if is_answered else None
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

    def _why_not_met(self) -> str:
        if isinstance(self._outcome, Refused):
            if self._outcome.why.startswith("5"):  # HERO12 and HERO13, after hours
                return sentences.WEDGED.format(camera=self._camera, why=self._outcome.why)
            return sentences.LEGACY.format(address=self.address)
        return sentences.UNANSWERED if self._name else sentences.NOBODY.format(address=self.address)

    def _say_trouble(self, sentence: str) -> None:
        told = sentence.format(camera=self._camera)
        self.report = Report("trouble", told[:1].upper() + told[1:], self._name)

    def _say_awake(self, access_point: AccessPoint) -> None:
        told = sentences.WIFI_ON.format(ssid=access_point.ssid)
        self.report = Report("trouble", told, access_point=access_point)
