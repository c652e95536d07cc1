"""What is answered about the network."""

from typing import Protocol

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Answer,
    Attempt,
    Done,
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
from appliance.network.airwaves import shown
from appliance.network.desk import Desk, NetworkRefusedError
from appliance.network.profiles import ADDRESS


class NetworkRoom(Protocol):
    """Who looks after the network."""

    @property
    def desk(self) -> Desk:
        """Where it is asked."""


class NetworkService:
    """Asks the network room."""

    def __init__(self, room: NetworkRoom) -> None:
        self._desk = room.desk

    async def ask(self, request: NetworkRequest) -> Answer:
        """The answer to one request."""
        try:
            return await self._look(request) or await self._change(request)
        except NetworkRefusedError as refused:
            raise RefusedError(str(refused)) from refused

    def changed(self) -> NetworkChanged:
        """The event."""
        desk = self._desk
        return NetworkChanged(desk.mode.mode, desk.view.internet, desk.sentence, self._attempt())

    def ask_set_up(self) -> str:
        """The long press of the upload button; what it came to, in a sentence."""
        try:
            return self._desk.open()
        except NetworkRefusedError as refused:
            return str(refused)

    async def _look(self, request: NetworkRequest) -> Answer | None:
        match request:
            case Network():
                return self._network()
            case WifiScan(fresh):
                return await self._scan(is_fresh=fresh)
            case WifiKnown():
                return await self._known()
            case WifiForget(identity):
                await self._desk.forget(identity)
                return await self._known()
            case WifiPrefer(identities):
                await self._desk.prefer(identities)
                return await self._known()
        return None

    async def _change(self, request: NetworkRequest) -> Answer:
        match request:
            case WifiJoin(ssid, password, hidden, security):
                attempt = self._desk.join(bytes.fromhex(ssid), password, security, is_hidden=hidden)
                return WifiAttempt(attempt.id, self._desk.attempt_sentence)
            case WifiKeep(identity):
                return Done(self._desk.keep(identity))
            case WifiDrop(identity):
                return Done(await self._desk.drop(identity))
            case SetCountry(country):
                return Done(await self._desk.set_country(country))
            case Hotspot(is_open):
                return Done(self._desk.open() if is_open else self._desk.close())
        raise AssertionError(request)

    def _network(self) -> NetworkAnswer:
        desk = self._desk
        return NetworkAnswer(
            mode=desk.mode.mode,
            sentence=desk.sentence,
            internet=desk.view.internet,
            joined=self._joined(),
            hotspot=self._hotspot(),
            hotspot_name=desk.hotspot.name,
            country=desk.country,
            attempt=self._attempt(),
            host_name=desk.host_name,
            dashboard=[f"http://{where}/" for where in (f"{desk.host_name}.local", *self._addresses())],
            is_ours=desk.is_ours,
            radio=desk.radio_sentence,
        )

    def _addresses(self) -> tuple[str, ...]:
        """Those on the home network, or those that the box will have there, as a trial showed."""
        view, attempt = self._desk.view, self._desk.trials.attempt
        proven = attempt.addresses if attempt and attempt.state == "proven" else ()
        return tuple(dict.fromkeys((*view.addresses, *view.wire_addresses, *proven)))

    def _joined(self) -> JoinedNetwork | None:
        desk, view = self._desk, self._desk.view
        match desk.mode.mode:
            case "joined":
                return JoinedNetwork(desk.name, [*view.addresses], view.ssid.hex() or None, view.strength)
            case "wired":
                return JoinedNetwork(view.wire, [*view.wire_addresses])
        return None

    def _hotspot(self) -> HotspotStatus | None:
        desk = self._desk
        if desk.mode.mode != "hotspot":
            return None
        return HotspotStatus(desk.hotspot.name, ADDRESS, desk.mode.reason or "asked", desk.has_phone)

    def _attempt(self) -> Attempt | None:
        desk = self._desk
        attempt = desk.trials.attempt
        if attempt is None:
            return None
        return Attempt(
            id=attempt.id,
            ssid=attempt.ssid.hex(),
            name=attempt.name,
            state=attempt.state,
            reason=attempt.reason,
            sentence=desk.attempt_sentence,
            age_s=round(desk.trials.age_s, 1),
            addresses=[*attempt.addresses],
            keeps_in_s=desk.keeps_in_s,
        )

    async def _scan(self, *, is_fresh: bool) -> WifiScanAnswer:
        heard, trouble = await self._desk.scan(is_fresh=is_fresh)
        known = await self._known_names()
        networks = [
            HeardNetwork(
                ssid=one.ssid.hex(),
                name=one.name,
                security=one.security,
                strength=one.strength,
                is_known=one.ssid in known,
                needs_password=one.needs_password,
                obstacle=one.obstacle,
            )
            for one in heard
        ]
        age_s = self._desk.ear.age_s
        return WifiScanAnswer(networks, None if age_s is None else round(age_s, 1), trouble)

    async def _known_names(self) -> set[bytes]:
        try:
            return {known.ssid for known in await self._desk.known()}
        except NetworkRefusedError:
            return set()

    async def _known(self) -> WifiKnownAnswer:
        desk = self._desk
        known = await desk.known()
        joined = desk.view.ssid if desk.mode.mode == "joined" else b""
        return WifiKnownAnswer(
            [KnownNetwork(one.id, one.ssid.hex(), shown(one.ssid), one.priority, one.ssid == joined) for one in known]
        )
