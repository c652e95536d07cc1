"""How a camera is looked for, until it is met. Pure, as `attending`, whose first part it is."""

from collections.abc import Iterator

from appliance.attendance import AccessPoint, Report
from appliance.gopro import sentences
from appliance.gopro.models import Model
from appliance.gopro.steps import (
    Done,
    Found,
    Means,
    Meet,
    Met,
    Missed,
    Outcome,
    Pause,
    Refused,
    Search,
    Step,
    Unanswered,
    Woken,
)
from appliance.gopro_addresses import is_over_usb

KNOCK_EVERY_S = 1.0
"""At the door of a camera that is away: whoever switches it on waits for its pictures."""
WAKE_EVERY_S = 30.0
ASK_AROUND_EVERY_S = 15.0
_ROUND_S = 2.0

_MEANS: dict[Means, float] = {"address": 0.0, "announcement": ASK_AROUND_EVERY_S, "bluetooth": WAKE_EVERY_S}
"""In this order, and each at most every so many seconds."""


class Seeking:
    """One camera that is to be met. `address`: the owner's word where it is, "" if none. `report`: how it stands."""

    def __init__(self, address: str = "") -> None:
        self.report = Report("searching", sentences.SEARCHING)
        self.address = address
        self.model = Model()
        self._is_given = bool(address)
        self._name = ""
        self._due_s = dict.fromkeys(_MEANS, 0.0)
        self._hints = dict.fromkeys(_MEANS, "")
        self._now_s = 0.0
        self._outcome: Outcome = Done()

    @property
    def _camera(self) -> str:
        return self._name or "the GoPro"

    def _seek(self) -> Iterator[Step]:
        """Until one is met: `model` and its name are known then."""
        while True:
            if not self._is_given:
                yield from self._find()
            yield Meet(self.address)
            if isinstance(self._outcome, Met):
                self.model, self._name = self._outcome.model, self._outcome.name
                return
            why, is_away = self._why_not_met(), isinstance(self._outcome, Unanswered)
            if self._is_given and is_away and self._is_due("bluetooth"):
                yield Search("bluetooth", self.address)
                if self._take_search("bluetooth", is_wired=is_over_usb(self.address)):
                    continue
            if not (is_away and self.report.access_point):
                hint = self._hints["bluetooth"] if self._is_given and is_away else ""
                self._say_trouble(f"{why} {hint}".strip())
            yield Pause(KNOCK_EVERY_S)

    def _find(self) -> Iterator[Step]:
        """By one means after the other; only a whole round in vain is a trouble."""
        while True:
            for means in filter(self._is_due, _MEANS):
                yield Search(means)
                if self._take_search(means, is_wired=bool(self._hints["address"])):
                    return
            if self.report.access_point is None:
                self._say_trouble(sentences.absence(self._hints["address"], self._hints["bluetooth"]))
            yield Pause(_ROUND_S)

    def _take_search(self, means: Means, *, is_wired: bool) -> bool:
        """Whether one is found. `is_wired`: it is at the cable: what was woken there needs no Wi-Fi."""
        match self._outcome:
            case Found(address=address):
                self.address = address
                return True
            case Woken(access_point=access_point) if not is_wired:
                self._say_awake(access_point)
            case Missed(why=why):
                self._hints[means] = why
            case _:
                pass
        return False

    def _is_due(self, means: Means) -> bool:
        """An address costs nothing to try; the others are processes, and fill the air."""
        is_due = self._now_s >= self._due_s[means]
        if is_due:
            self._due_s[means] = self._now_s + _MEANS[means]
        return is_due

    def _why_not_met(self) -> str:
        if isinstance(self._outcome, Refused):
            if self._outcome.why.startswith("5"):  # HERO12 and HERO13, after hours
                return sentences.WEDGED.format(camera=self._camera, why=self._outcome.why)
            return sentences.LEGACY.format(address=self.address)
        return sentences.UNANSWERED if self._name else sentences.NOBODY.format(address=self.address)

    def _say_trouble(self, sentence: str) -> None:
        told = sentence.replace("{camera}", self._camera)  # others' words, in which braces mean nothing, may be in it
        self.report = Report("trouble", told[:1].upper() + told[1:], self._name)

    def _say_awake(self, access_point: AccessPoint) -> None:
        told = sentences.WIFI_ON.format(ssid=access_point.ssid)
        self.report = Report("trouble", told, access_point=access_point)
