"""What is on the air around the stand-in, and how a join of it goes: by the recorded sequences."""

from collections.abc import Sequence

from msgspec import Struct

from appliance.network.airwaves import Security, security_of
from appliance.network.outcome import Step, Whisper
from appliance.network.standin import sequences

FLAGS: dict[Security, tuple[int, int, int]] = {
    "open": (0, 0, 0),
    "wep": (1, 0, 0),
    "wpa": (1, 0x144, 0),
    "wpa2": (1, 0, 0x188),
    "mixed": (1, 0, 0x588),
    "wpa3": (1, 0, 0x488),
    "owe": (1, 0, 0x888),
    "enterprise": (1, 0, 0x288),
}
_KEY_MANAGEMENT: dict[str, set[Security]] = {
    "": {"open"},
    "owe": {"owe"},
    "sae": {"wpa3", "mixed"},
    "wpa-psk": {"wpa", "wpa2", "mixed", "wpa3"},
}


class Router(Struct):
    """Somebody's network."""

    ssid: bytes
    security: Security = "wpa2"
    password: str = ""
    strength: int = 70
    mhz: int = 2437
    is_hidden: bool = False
    gives_address: bool = True
    connectivity: int = 4
    """NMConnectivityState of who is in."""
    metered: int = 4
    """NMMetered of who is in."""
    is_on: bool = True
    late: int = 0
    """How many more handshakes run out of time, whatever the password: told as a wrong one."""

    @property
    def flags(self) -> tuple[int, int, int]:
        return FLAGS[self.security]


class Join(Struct, frozen=True):
    """How a join goes. `router`: whom the box is in with at the end."""

    steps: Sequence[Step]
    whispers: Sequence[Whisper] = ()
    router: Router | None = None


def join_of(routers: Sequence[Router], ssid: bytes, key_management: str, password: str) -> Join:
    """A join of `ssid` as a profile says it."""
    router = next((one for one in routers if one.is_on and one.ssid == ssid), None)
    if router is None or router.security not in _KEY_MANAGEMENT.get(key_management, set()):
        return Join([*sequences.BEGINNING, *sequences.NOT_FOUND])
    assert security_of(*router.flags) == router.security
    is_late = router.late > 0
    router.late -= is_late
    if key_management in {"wpa-psk", "sae"} and (is_late or password != router.password):
        is_wpa2 = is_late or router.security in {"wpa", "wpa2"}
        failure = sequences.NO_SECRETS if is_wpa2 else sequences.NOT_FOUND
        return Join([*sequences.BEGINNING, *failure], sequences.WPA2_REFUSED if is_wpa2 else sequences.SAE_REFUSED)
    if not router.gives_address:
        return Join([*sequences.BEGINNING, *sequences.NO_ADDRESS])
    return Join([*sequences.BEGINNING, *sequences.RIGHT], router=router)
