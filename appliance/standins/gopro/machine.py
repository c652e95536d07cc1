"""What the camera is and does, with the clock passed in. Pure: it neither sends nor waits.

Sources: GoPro's documentation of its states; issues 228 and 352 of its repository (the shutter ends the preview, whose
status goes on saying that it runs; it must be stopped before it can be started again); issue 253 (keep-alive).
"""

from dataclasses import dataclass, field
from typing import Literal

from appliance.standins.gopro.kinds import Kind

SETTLING_S = 0.2
"""A webcam that is toggled faster says 500."""
_TO_IDLE: Literal[1] = 1

DEFAULT_SETTINGS = {2: 9, 3: 5, 59: 4, 83: 1, 91: 2, 121: 4, 134: 0, 135: 1, 175: 1}
OPTIONS: dict[int, dict[int, str]] = {
    2: {1: "4K", 4: "2.7K", 9: "1080", 100: "5.3K"},
    3: {1: "120", 5: "60", 8: "30", 10: "24"},
    59: {0: "Never", 1: "1 Min", 4: "5 Min", 6: "15 Min", 7: "30 Min", 11: "8 Seconds", 12: "30 Seconds"},
    83: {0: "Off", 1: "On"},
    91: {0: "Off", 2: "On"},
    121: {0: "Wide", 3: "SuperView", 4: "Linear"},
    134: {0: "NTSC", 1: "PAL"},
    135: {0: "Off", 1: "Low", 4: "Auto"},
    175: {0: "Easy", 1: "Pro"},
}
_POWER_DOWN_S = {0: float("inf"), 1: 60.0, 4: 300.0, 6: 900.0, 7: 1800.0, 11: 8.0, 12: 30.0}

_ZEROS = (
    6,
    9,
    11,
    33,
    38,
    41,
    45,
    49,
    58,
    65,
    68,
    74,
    75,
    85,
    86,
    88,
    93,
    97,
    98,
    101,
    102,
    105,
    106,
    108,
    111,
    112,
    113,
)
_STEADY: dict[int, int | str] = (
    dict[int, int | str](dict.fromkeys(_ZEROS, 0))
    | dict.fromkeys((1, 17, 31, 55, 69, 76, 82, 83), 1)
    | {2: 3, 29: "", 30: "GP24500456", 34: 999, 35: 3600, 54: 31_457_280, 56: 4, 60: 500, 66: 50, 67: 50, 70: 87}
    | {89: 12, 94: 65536, 95: 131072, 107: -1, 117: 62_367_744, 118: 0}
)
"""What it tells all the time."""

Target = tuple[str, int]


@dataclass
class Camera:
    """One camera. `keep_alive_s`: how long it stays awake without being kept so, once its other timer is over, too."""

    kind: Kind
    is_wired: bool = True
    keep_alive_s: float = 10.0
    settings: dict[int, int] = field(default_factory=lambda: dict(DEFAULT_SETTINGS))
    statuses: dict[int, int] = field(default_factory=dict)
    """What is to be told whatever is so: heat, a full card."""
    encodes_since_s: float | None = None
    busy_until_s: float = 0.0
    preview: Target | None = None
    """Where it believes to send its preview."""
    webcam: int = 1
    has_wired_control: bool = False
    owner: int = 0
    preset_group: int = 1000
    time_told: str = ""
    sends_to: Target | None = None
    """Where packets really go."""
    is_asleep: bool = False
    kept_s: float = 0.0
    touched_s: float = 0.0
    toggled_s: float = -1.0
    videos: int = 0

    # Sleep: both timers have to be over.

    def look_at_clock(self, now_s: float) -> None:
        """Fall asleep when it is time."""
        touched = now_s - self.touched_s >= _POWER_DOWN_S[self.settings[59]]
        if touched and now_s - self.kept_s >= self.keep_alive_s and self.encodes_since_s is None:
            self.sleep()

    def sleep(self) -> None:
        """All it did is over."""
        self.is_asleep, self.encodes_since_s = True, None
        self.preview = self.sends_to = None
        self.webcam, self.has_wired_control = 0, False

    def wake(self, now_s: float) -> None:
        """By its button, or by Bluetooth."""
        self.is_asleep, self.kept_s, self.touched_s = False, now_s, now_s
        self.webcam = 1  # it says idle though it is off

    def is_busy(self, now_s: float) -> bool:
        return now_s < self.busy_until_s

    # Shutter

    def press(self, now_s: float) -> None:
        """Its shutter, by whomever: the preview ends, and its status does not tell."""
        self.touched_s = now_s
        self.encodes_since_s, self.sends_to = now_s, None

    def release(self, now_s: float) -> None:
        """The file is written for a moment."""
        self.touched_s = now_s
        if self.encodes_since_s is not None:
            self.encodes_since_s, self.videos = None, self.videos + 1
            self.busy_until_s = now_s + 0.5

    # Streams

    def start_preview(self, to: Target) -> bool:
        """Whether it was accepted. One that was not stopped before stays as dead as it is."""
        if self.encodes_since_s is not None or self.webcam > _TO_IDLE:
            return False
        if self.preview is None:
            self.preview = self.sends_to = to
        return True

    def stop_preview(self) -> None:
        self.preview = None
        if self.webcam <= _TO_IDLE:
            self.sends_to = None

    def start_webcam(self, to: Target, now_s: float) -> bool:
        """Whether it was accepted: not under control by wire, and not too soon after a stop."""
        if self.has_wired_control or self.encodes_since_s is not None or now_s - self.toggled_s < SETTLING_S:
            return False
        self.webcam, self.sends_to, self.preview, self.toggled_s = 2, to, None, now_s
        return True

    def stop_webcam(self, now_s: float, to: int = _TO_IDLE) -> bool:
        """Whether it was accepted."""
        if self.webcam > _TO_IDLE:
            self.sends_to = self.preview
            self.toggled_s = now_s
        self.webcam = to
        return True

    # What it tells

    def state(self, now_s: float) -> dict[str, dict[str, int | str]]:
        told: dict[int, int | str] = dict(self._statuses(now_s)) | dict(self.statuses)
        return {
            "status": {str(key): value for key, value in told.items() if key not in self.kind.lacks},
            "settings": {str(key): value for key, value in self.settings.items()},
        }

    def _statuses(self, now_s: float) -> dict[int, int | str]:
        encoding = self.encodes_since_s is not None
        duration_s = int(now_s - self.encodes_since_s) if self.encodes_since_s is not None else 0
        return _STEADY | {
            8: int(self.is_busy(now_s)),
            10: int(encoding),
            13: duration_s,
            32: int(self.preview is not None),
            39: self.videos,
            96: self.preset_group,
            114: self.owner,
            115: int(self.is_wired),
            116: int(self.has_wired_control),
        }
