"""How a camera is, from `/gopro/camera/state`. Pure; a key may be missing, or make no sense.

Numbers of the statuses: https://gopro.github.io/OpenGoPro/ble/features/statuses.html
"""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from appliance.decoding import decoded_or_none

CardState = Literal["unknown", "ok", "full", "removed", "format error", "busy", "swapped"]
Owner = Literal["nobody", "camera", "other device"]

_CARD_STATES: dict[int, CardState] = {0: "ok", 1: "full", 2: "removed", 3: "format error", 4: "busy", 8: "swapped"}
_OWNERS: dict[int, Owner] = {1: "camera", 2: "other device"}


class CameraState(Struct, frozen=True):
    """What of it matters to us; what it does not tell has the value that stands in nobody's way.

    `battery_percent`, `card_free_bytes`: None when it does not say. `preview`: whether it believes that it sends one,
    which it may still do after a press of the shutter has ended it; `has_preview`: whether its mode knows one.
    `is_transferring`: in a hurry (turbo); whoever began it may have gone.
    """

    is_busy: bool = False
    is_encoding: bool = False
    is_ready: bool = True
    is_hot: bool = False
    is_cold: bool = False
    is_wired: bool = False
    has_wired_control: bool = False
    preview: bool = False
    has_preview: bool = True
    is_transferring: bool = False
    preset_group: int = 0
    owner: Owner = "nobody"
    battery_percent: int | None = None
    card: CardState = "unknown"
    card_free_bytes: int | None = None
    poll_period_s: float = 0.5


def read_state(body: bytes) -> CameraState | None:
    """From the JSON of the camera; None when it is no JSON, or not of that form."""
    told = decoded_or_none(body, dict[str, Any])
    status = told.get("status") if told else None
    return _from_status(status) if isinstance(status, dict) else None


def _from_status(status: Mapping[str, object]) -> CameraState:
    def number(key: int) -> int | None:
        return _number(status.get(str(key)))

    free_kib, poll_ms = number(54), number(60)
    return CameraState(
        is_busy=bool(number(8)),
        is_encoding=bool(number(10)),
        is_ready=number(82) != 0,
        is_hot=bool(number(6)),
        is_cold=bool(number(85)),
        is_wired=bool(number(115)),
        has_wired_control=bool(number(116)),
        preview=bool(number(32)),
        has_preview=number(55) != 0,
        is_transferring=bool(number(113)),
        preset_group=number(96) or 0,
        owner=_OWNERS.get(number(114) or 0, "nobody"),
        battery_percent=number(70),
        card=_CARD_STATES.get(-1 if (card := number(33)) is None else card, "unknown"),
        card_free_bytes=free_kib * 1024 if free_kib is not None and free_kib >= 0 else None,
        poll_period_s=poll_ms / 1000 if poll_ms and 0 < poll_ms <= 5000 else 0.5,  # noqa: PLR2004 - a sane one
    )


def _number(value: object) -> int | None:
    """Numbers come as such or as text."""
    if isinstance(value, bool | int):
        return int(value)
    try:
        return int(str(value))
    except ValueError:
        return None
