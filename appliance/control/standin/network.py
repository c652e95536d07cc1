"""A network room without a radio: a set-up network that is open, and some networks to join."""

from collections.abc import Callable

from msgspec.structs import replace

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Answer,
    Attempt,
    AttemptReason,
    AttemptState,
    Done,
    Event,
    HeardNetwork,
    Hotspot,
    HotspotStatus,
    JoinedNetwork,
    KnownNetwork,
    Network,
    NetworkAnswer,
    NetworkChanged,
    NetworkRequest,
    SetCountry,
    WifiAttempt,
    WifiDrop,
    WifiForget,
    WifiJoin,
    WifiKeep,
    WifiKnown,
    WifiKnownAnswer,
    WifiPrefer,
    WifiScan,
    WifiScanAnswer,
)

HOTSPOT = HotspotStatus("Moment-K7QD", "192.0.2.1", "first-start", has_phone=True)
ADDRESSES = ["192.168.1.20"]
PASSWORD = "correct horse"  # noqa: S105 - of networks that are made up
ENTERPRISE = "This network asks for a user name and a certificate, which the box cannot give."

HEARD = [
    HeardNetwork(b"Home".hex(), "Home", "wpa2", 82, is_known=False, needs_password=True),
    HeardNetwork(b"Caf\xc3\xa9".hex(), "Café", "open", 61, is_known=False, needs_password=False),
    HeardNetwork(
        b"<script>alert(1)</script>".hex(),
        "<script>alert(1)</script>",
        "mixed",
        40,
        is_known=False,
        needs_password=True,
    ),
    HeardNetwork(("ff" * 32), "\N{REPLACEMENT CHARACTER}" * 32, "wpa3", 33, is_known=False, needs_password=True),
    HeardNetwork(b"Campus".hex(), "Campus", "enterprise", 25, is_known=False, needs_password=True, obstacle=ENTERPRISE),
]

NETWORK = NetworkAnswer(
    mode="hotspot",
    sentence="The set-up network Moment-K7QD is open.",
    internet="none",
    joined=None,
    hotspot=HOTSPOT,
    hotspot_name=HOTSPOT.name,
    country="",
    attempt=None,
    host_name="moment",
    dashboard=["http://moment.local/"],
)

SENTENCES: dict[AttemptState, str] = {
    "trying": "{name} is being tried.",
    "proven": "{name} works.",
    "failed": "The password of {name} is wrong.",
    "kept": "The box joined {name} for good.",
    "returned": "{name} is out of reach; the box tries again.",
}


class StandInNetwork:
    """Answers a join by its outcome at once, unless `is_slow`: then it is tried until `come_out` is called."""

    def __init__(self) -> None:
        self.publish: Callable[[Event], None] = lambda _: None
        """Where events go."""
        self.now = NETWORK
        """What `network` is answered; replace it at will."""
        self.heard = list(HEARD)
        self.known: list[KnownNetwork] = []
        self.trouble: str | None = None
        """When set, everything but `network` is refused with this sentence."""
        self.scan_trouble: str | None = None
        """When set, no scan is fresh, and says this."""
        self.is_slow = False
        self._passwords: dict[str, str] = {}

    async def ask(self, request: NetworkRequest) -> Answer:
        """The answer to one request."""
        if isinstance(request, Network):
            return self.now
        if self.trouble is not None:
            raise RefusedError(self.trouble)
        return self._look(request) or self._change(request)

    def come_out(self, state: AttemptState, reason: AttemptReason | None = None) -> None:
        """The attempt comes to this, and subscribers hear of it."""
        attempt = self.now.attempt
        assert attempt is not None
        is_joined = state == "kept"
        self.turn(
            replace(
                self.now,
                mode="trying" if state == "trying" else "joined" if is_joined else "hotspot",
                internet="full" if is_joined else "none",
                joined=JoinedNetwork(attempt.name, ADDRESSES, attempt.ssid, 82) if is_joined else None,
                hotspot=None if is_joined or state == "trying" else HOTSPOT,
                dashboard=["http://moment.local/", *([f"http://{ADDRESSES[0]}/"] if is_joined else [])],
                attempt=replace(
                    attempt,
                    state=state,
                    reason=reason,
                    sentence=SENTENCES[state].format(name=attempt.name),
                    addresses=ADDRESSES if state in {"proven", "kept"} else [],
                    keeps_in_s=300.0 if state == "proven" else None,
                ),
            )
        )

    def turn(self, now: NetworkAnswer) -> None:
        """The network is like this from now on, and subscribers hear of it."""
        self.now = now
        self.publish(NetworkChanged(now.mode, now.internet, now.sentence, now.attempt))

    def _look(self, request: NetworkRequest) -> Answer | None:
        match request:
            case WifiScan(fresh):
                return WifiScanAnswer(self.heard, 2.0 if fresh else 95.0, self.scan_trouble if fresh else None)
            case WifiKnown():
                return WifiKnownAnswer(self.known)
            case WifiForget(identity):
                self._find(identity)
                self.known = [network for network in self.known if network.id != identity]
                return WifiKnownAnswer(self.known)
            case WifiPrefer(ids):
                self.known.sort(key=lambda network: ids.index(network.id) if network.id in ids else len(ids))
                return WifiKnownAnswer(self.known)
        return None

    def _change(self, request: NetworkRequest) -> Answer:
        match request:
            case WifiJoin():
                return self._join(request)
            case WifiKeep(identity):
                return self._keep(identity)
            case WifiDrop(identity):
                self._of(identity)
                self.turn(replace(NETWORK, country=self.now.country))
                return Done("Nothing of it remains.")
            case SetCountry(country):
                self.turn(replace(self.now, country=country))
                return Done(f"The box is in {country}.")
            case Hotspot(is_open):
                self.turn(
                    replace(self.now, mode="hotspot" if is_open else "lost", hotspot=HOTSPOT if is_open else None)
                )
                return Done("The set-up network opens." if is_open else "The set-up network closes.")
        raise AssertionError(request)

    def _join(self, request: WifiJoin) -> WifiAttempt:
        attempt = self.now.attempt
        if attempt and attempt.state == "trying":
            raise RefusedError(f"{attempt.name} is being tried just now: wait for its outcome.")
        name = bytes.fromhex(request.ssid).decode(errors="replace")
        identity = f"a{len(self._passwords) + 1}"
        self._passwords[identity] = request.password
        begun = Attempt(identity, request.ssid, name, "trying", None, "", 0.0, [])
        self.now = replace(self.now, attempt=begun)
        self.come_out("trying")
        if not self.is_slow:
            needs = next((heard.needs_password for heard in self.heard if heard.ssid == request.ssid), True)
            is_right = not needs or request.password == PASSWORD
            self.come_out(*(("proven", None) if is_right else ("failed", "wrong-password")))
        return WifiAttempt(identity, f"{name} is being tried.")

    def _keep(self, identity: str) -> Done:
        attempt = self._of(identity)
        if attempt.state != "proven":
            raise RefusedError(f"{attempt.name} is not proven: try it anew.")
        self.known.append(KnownNetwork(identity, attempt.ssid, attempt.name, priority=0, is_joined=True))
        self.come_out("kept")
        return Done(f"The box joins {attempt.name}.")

    def _of(self, identity: str) -> Attempt:
        attempt = self.now.attempt
        if attempt is None or attempt.id != identity:
            raise RefusedError("There is no such attempt: it is over, or a newer one took its place.")
        return attempt

    def _find(self, identity: str) -> KnownNetwork:
        found = next((network for network in self.known if network.id == identity), None)
        if found is None:
            raise RefusedError("This network is not known to the box.")
        return found
