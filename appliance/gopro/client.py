"""Open GoPro's HTTP API, version 2.0, as far as a camera that is recorded needs it.

https://gopro.github.io/OpenGoPro/http. `{}` with 200 means that a command was accepted; what came of it is asked of the
state.
"""

import time
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from appliance.decoding import UnreadableError, decoded, decoded_or_none
from appliance.gopro.http import Answer, Arguments, CameraHttp, NoAnswerError
from appliance.gopro.state import CameraState, read_state

T = TypeVar("T")

_WEBCAM_1080, _WEBCAM_WIDE = 12, 0
_REFUSED_SETTING = 403
_NAME_LENGTH = 40


class RefusedError(Exception):
    """The camera says no. `status`: of HTTP; the text tells what it says about it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{text} ({status})" if text else str(status))
        self.status = status


class NonsenseError(Exception):
    """What the camera says is not what the documentation has it say."""


TALK_ERRORS = (NoAnswerError, RefusedError, NonsenseError)
"""What a call may come to, besides an answer."""


class Info(Struct, frozen=True):
    """Who it is. Older models tell it at another place, within `info`."""

    model_name: str = ""
    firmware_version: str = ""
    serial_number: str = ""

    @property
    def name(self) -> str:
        """For a sentence, whatever the camera calls itself."""
        printable = "".join(letter if letter.isprintable() else " " for letter in self.model_name)
        return " ".join(printable.split())[:_NAME_LENGTH] or "GoPro"


class _OlderInfo(Struct, frozen=True):
    info: Info


class _Webcam(Struct, frozen=True):
    """Numbers come as such or as text."""

    error: int | str = 0


class _Option(Struct, frozen=True):
    display_name: str = ""


class _Refusal(Struct, frozen=True):
    supported_options: list[_Option] = msgspec.field(default_factory=list)


class GoProClient:
    """What is said to one camera. Blocks; calls raise `TALK_ERRORS`: RefusedError where the camera says no."""

    def __init__(self, http: CameraHttp) -> None:
        self._http = http

    def version(self) -> str:
        """`2.0`; a camera that is none of this kind answers 404 or nonsense."""
        return str(_decode(self._get("/gopro/version").body, dict[str, Any]).get("version", ""))

    def info(self) -> Info:
        """HERO11 and older know the second place only."""
        answer = self._http.get("/gopro/camera/info")
        if answer.is_good:
            return _decode(answer.body, Info)
        return _decode(self._get("/gp/gpControl/info").body, _OlderInfo).info

    def state(self) -> CameraState:
        state = read_state(self._get("/gopro/camera/state").body)
        if state is None:
            raise NonsenseError("the camera's state is no JSON")
        return state

    def keep_alive(self) -> None:
        """To be said every 3 s: a camera that does not hear it goes to sleep."""
        self._get("/gopro/camera/keep_alive")

    def introduce(self) -> None:
        """Once: that this is no application of GoPro's. No harm if the camera does not care."""
        self._http.get("/gopro/camera/analytics/set_client_info")

    def control_by_wire(self, *, on: bool) -> None:
        """500 is what a camera says that is in that state already: its state decides."""
        answer = self._http.get("/gopro/camera/control/wired_usb", [("p", int(on))])
        if not answer.is_good and not (answer.status == 500 and self.state().has_wired_control == on):  # noqa: PLR2004
            raise _refusal(answer)

    def set_clock(self, wall_s: float, *, knows_zones: bool) -> None:
        """In the camera's own terms: local time, to a second; the zone is the whole distance from UTC, in minutes."""
        local = time.localtime(wall_s)
        arguments: list[tuple[str, str | int]] = [
            ("date", time.strftime("%Y_%m_%d", local)),
            ("time", time.strftime("%H_%M_%S", local)),
        ]
        if knows_zones:
            arguments += [("tzone", local.tm_gmtoff // 60), ("dst", int(local.tm_isdst > 0))]
        self._get("/gopro/camera/set_date_time", arguments)

    def set_option(self, setting: int, option: int) -> None:
        """One of the camera's settings; a refusal names what it would take instead."""
        self._get("/gopro/camera/setting", [("setting", setting), ("option", option)])

    def end_transfer(self) -> None:
        """Of files, in a hurry: while it lasts the camera shows nothing else."""
        self._get("/gopro/media/turbo_transfer", [("p", 0)])

    def start_preview(self, port: int | None) -> None:
        """To the address that asks; None for models that know no port but 8554."""
        self._get("/gopro/camera/stream/start", [] if port is None else [("port", port)])

    def stop_preview(self) -> None:
        self._get("/gopro/camera/stream/stop")

    def start_webcam(self, port: int | None) -> None:
        """1080p, the wide lens, MPEG-TS."""
        arguments: list[tuple[str, str | int]] = [("res", _WEBCAM_1080), ("fov", _WEBCAM_WIDE)]
        self._webcam("start", arguments if port is None else [*arguments, ("port", port)])

    def stop_webcam(self) -> None:
        """To idle."""
        self._webcam("stop")

    def exit_webcam(self) -> None:
        """From idle to off."""
        self._webcam("exit")

    def _webcam(self, what: str, arguments: Arguments = ()) -> None:
        answer = self._get(f"/gopro/webcam/{what}", arguments)
        error = str(_decode(answer.body or b"{}", _Webcam).error)
        if error != "0":
            raise RefusedError(answer.status, f"webcam error {error}")

    def _get(self, path: str, arguments: Arguments = ()) -> Answer:
        answer = self._http.get(path, arguments)
        if not answer.is_good:
            raise _refusal(answer)
        return answer


def _refusal(answer: Answer) -> RefusedError:
    """A setting that is refused comes with the options that would do."""
    if answer.status != _REFUSED_SETTING:
        return RefusedError(answer.status, "")
    told = decoded_or_none(answer.body, _Refusal) or _Refusal()
    names = ", ".join(option.display_name for option in told.supported_options)
    return RefusedError(answer.status, f"it takes {names}" if names else "")


def _decode(body: bytes, kind: type[T]) -> T:
    try:
        return decoded(body, kind)
    except UnreadableError as error:
        raise NonsenseError(str(error)) from error
