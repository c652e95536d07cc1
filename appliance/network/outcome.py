"""What a join came to, by the steps that NetworkManager and its supplicant told on the way. Pure.

The rules are those of recorded sequences (NetworkManager 1.42 and 1.52 with wpa_supplicant and hostapd):

- right: … IP_CONFIG, IP_CHECK, SECONDARIES, ACTIVATED
- wrong password, WPA2: CONFIG → NEED_AUTH for SUPPLICANT_DISCONNECT → FAILED for NO_SECRETS
- wrong password, WPA3: CONFIG → FAILED for SSID_NOT_FOUND, as if it were not there; the supplicant knows better
- no such network, or of another security: CONFIG → FAILED for SSID_NOT_FOUND
- no address: IP_CONFIG → FAILED for IP_CONFIG_UNAVAILABLE

NEED_AUTH without a reason is how every join begins. The steps that close what was joined before end in DISCONNECTED.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import Literal

from msgspec import Struct

from appliance.network.profiles import JoinSecurity

Reason = Literal[
    "wrong-password",
    "maybe-wrong-password",
    "not-found",
    "no-address",
    "no-internet",
    "no-storage",
    "sign-in-page",
    "rejected",
    "timeout",
    "no-manager",
    "interrupted",
]


class DeviceState(IntEnum):
    """NMDeviceState."""

    UNMANAGED = 10
    UNAVAILABLE = 20
    DISCONNECTED = 30
    PREPARE = 40
    NEED_AUTH = 60
    IP_CONFIG = 70
    ACTIVATED = 100
    DEACTIVATING = 110
    FAILED = 120


class Because(IntEnum):
    """NMDeviceStateReason."""

    CONFIG_FAILED = 4
    IP_CONFIG_UNAVAILABLE = 5
    IP_CONFIG_EXPIRED = 6
    NO_SECRETS = 7
    SUPPLICANT_DISCONNECT = 8
    SUPPLICANT_TIMEOUT = 11
    DHCP_START_FAILED = 15
    DHCP_ERROR = 16
    DHCP_FAILED = 17
    SSID_NOT_FOUND = 53


class Step(Struct, frozen=True):
    """`StateChanged` of the device: as NetworkManager numbers states and reasons."""

    new: int
    old: int
    reason: int


class Whisper(Struct, frozen=True):
    """A property that the supplicant told of its interface: `State`, `DisconnectReason` or `AuthStatusCode`."""

    name: str
    value: str | int


_PLAIN: dict[int, Reason] = {
    Because.IP_CONFIG_UNAVAILABLE: "no-address",
    Because.IP_CONFIG_EXPIRED: "no-address",
    Because.DHCP_START_FAILED: "no-address",
    Because.DHCP_ERROR: "no-address",
    Because.DHCP_FAILED: "no-address",
    Because.SUPPLICANT_TIMEOUT: "timeout",
}
_HANDSHAKE_FAILED = {2, 14, 15, 16}
"""IEEE 802.11, table 9-49: previous authentication not valid, MIC failure, handshake timeouts; negative where the
supplicant gave up itself."""
_UNSPECIFIED_FAILURE = 1
"""The same, table 9-50: of SAE, the two passwords differ."""


def is_over(step: Step) -> bool:
    """Whether a join that has come to this goes no further."""
    return step.new in {DeviceState.ACTIVATED, DeviceState.FAILED} or (
        step.new in {DeviceState.UNAVAILABLE, DeviceState.UNMANAGED}
    )


def failure_of(
    steps: Sequence[Step], whispers: Iterable[Whisper], security: JoinSecurity, *, is_heard: bool
) -> Reason | None:
    """Why it failed; None if the box is in. `is_heard`: whether the network was on the air a minute ago at most."""
    last = next((step for step in steps if is_over(step)), None)
    if last is None:
        return "wrong-password" if _asked_again(steps) else "timeout"
    if last.new == DeviceState.ACTIVATED:
        return None
    if last.new == DeviceState.FAILED and last.reason == Because.SSID_NOT_FOUND:
        return _not_found(whispers, security, is_heard=is_heard)
    if last.new == DeviceState.FAILED and last.reason == Because.NO_SECRETS and security not in {"open", "owe"}:
        return "wrong-password"
    return _PLAIN.get(last.reason, "rejected") if last.new == DeviceState.FAILED else "rejected"


def may_be_late(reason: Reason | None, whispers: Iterable[Whisper]) -> bool:
    """Whether a password may only seem wrong.

    By WPA2 a router ends a handshake that ran out of time as it ends one with a wrong password, and NetworkManager
    takes both for a wrong one where it never was in that network. By WPA3 the router itself says that it is wrong.
    """
    return reason == "wrong-password" and not _is_refused_by_sae(whispers)


def _asked_again(steps: Iterable[Step]) -> bool:
    return any(
        step.new == DeviceState.NEED_AUTH and step.reason in {Because.SUPPLICANT_DISCONNECT, Because.NO_SECRETS}
        for step in steps
    )


def _not_found(whispers: Iterable[Whisper], security: JoinSecurity, *, is_heard: bool) -> Reason:
    """Says NetworkManager. What the supplicant heard of the network decides; a wrong password is not said lightly."""
    told = list(whispers)
    if security not in {"open", "owe"} and _is_refused_by_password(told):
        return "wrong-password"
    if not is_heard:
        return "not-found"
    return "maybe-wrong-password" if security in {"mixed", "wpa3"} else "rejected"


def _is_refused_by_password(whispers: Sequence[Whisper]) -> bool:
    codes = [code for name, code in _told_in(whispers, "4way_handshake") if name == "DisconnectReason"]
    return _is_refused_by_sae(whispers) or any(code < 0 or code in _HANDSHAKE_FAILED for code in codes)


def _is_refused_by_sae(whispers: Iterable[Whisper]) -> bool:
    return ("AuthStatusCode", _UNSPECIFIED_FAILURE) in _told_in(whispers, "authenticating")


def _told_in(whispers: Iterable[Whisper], state: str) -> Iterator[tuple[str, int]]:
    """The numbers that the supplicant told while it was in `state`."""
    now: str | int = ""
    for whisper in whispers:
        if whisper.name == "State":
            now = whisper.value
        elif now == state and isinstance(whisper.value, int):
            yield whisper.name, whisper.value
