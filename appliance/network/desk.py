"""What the network room is asked, and what it tells."""

import contextlib
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import TypeVar

from appliance.clock import Clock
from appliance.network import sentences
from appliance.network.airwaves import Heard, shown
from appliance.network.announced import Announced
from appliance.network.attempts import Attempt, Attempts
from appliance.network.bus import BusError
from appliance.network.camera_radio import CameraRadio
from appliance.network.ear import Ear
from appliance.network.hotspot import Hotspot
from appliance.network.model import Known, View
from appliance.network.network_manager import NetworkManager
from appliance.network.phones import PhoneMeter
from appliance.network.profiles import JoinSecurity, Wanted, chosen_security, password_trouble
from appliance.network.setup_mode import SetUpMode
from appliance.network.trials import Trials
from appliance.threads import in_thread

T = TypeVar("T")


class NetworkRefusedError(Exception):
    """It cannot be done. The text is a sentence for the owner."""


class Desk:
    """Every call but those without a way to fail raises NetworkRefusedError. `view`: how the network is now."""

    def __init__(
        self,
        *,
        manager: NetworkManager,
        mode: SetUpMode,
        ear: Ear,
        trials: Trials,
        attempts: Attempts,
        hotspot: Hotspot,
        meter: PhoneMeter,
        announced: Announced,
        clock: Clock,
        thread: Executor,
        is_ours: bool,
        country: str,
        prove: Callable[[Wanted], None],
        stir: Callable[[], None],
        radio: CameraRadio,
    ) -> None:
        self.mode = mode
        self.ear = ear
        self.trials = trials
        self.hotspot = hotspot
        self.view = View()
        self.country = country
        self.is_ours = is_ours
        """Whether the network is the recorder's to change."""
        self._manager = manager
        self._attempts = attempts
        self._meter = meter
        self._announced = announced
        self._clock = clock
        self._thread = thread
        self._prove = prove
        self._stir = stir
        self._radio = radio

    # what is known

    @property
    def name(self) -> str:
        """Of the network that is joined, or of the set-up network that is open."""
        return self.hotspot.name if self.mode.mode == "hotspot" else shown(self.view.ssid) or self.view.wire

    @property
    def sentence(self) -> str:
        """How it is."""
        trouble = self.hotspot.trouble if self.is_ours else None
        return sentences.of_mode(self.mode.mode, self.view, self.name, self.mode.reason, trouble)

    @property
    def radio_sentence(self) -> str | None:
        """Where the radio is that serves a camera by Wi-Fi; None without such a camera."""
        return self._radio.sentence

    @property
    def attempt_sentence(self) -> str:
        """What the last try came to; empty if there was none."""
        return sentences.of_attempt(self.trials.attempt, self.keeps_in_s) if self.trials.attempt else ""

    @property
    def keeps_in_s(self) -> float | None:
        """When a proven network is kept by itself."""
        at_s = self.mode.keep_at_s
        return None if at_s is None else max(0.0, at_s - self._clock.monotonic_s())

    @property
    def has_phone(self) -> bool:
        """Whether somebody is in the set-up network."""
        return self._meter.is_present(self._clock.monotonic_s())

    @property
    def host_name(self) -> str:
        """What the pages are called in the network; the machine's own name while nobody tells another."""
        return self._announced.name or socket.gethostname()

    def shown(self) -> object:
        """What whoever listens is told anew when it changes."""
        view = self.view
        where = (self.mode.mode, self.mode.reason, view.internet, self.name, view.addresses, view.wire_addresses)
        return (*where, self.trials.attempt, self.hotspot.trouble, self.country, self.host_name, self.radio_sentence)

    # what is asked

    async def recall(self) -> None:
        """The country that was named last; the settings' own, where nobody named one, is handed to root as well."""
        named = await in_thread(self._thread, self._attempts.country)
        if not named and self.country and self.is_ours:
            with contextlib.suppress(NetworkRefusedError):
                await self._name_country(self.country)
        self.country = named or self.country

    async def scan(self, *, is_fresh: bool) -> tuple[list[Heard], str | None]:
        """What is heard, and why it is not as fresh as asked for."""
        needs_scan = is_fresh or self.ear.age_s is None
        if is_fresh and self.mode.mode == "trying":
            return self.ear.heard(self.hotspot.name), "A network is being tried: this is what was heard before."
        trouble = await self.ear.listen(self.view.device) if needs_scan else None
        return self.ear.heard(self.hotspot.name), trouble

    async def known(self) -> list[Known]:
        """The networks that are joined by themselves, the most wanted first."""
        return await self._asked(self._manager.known())

    async def forget(self, identity: str) -> None:
        """Forget a known network."""
        known = _find(await self.known(), identity)
        await self._asked(self._manager.delete(known.path))
        self._stir()

    async def prefer(self, identities: list[str]) -> None:
        """The first of them is tried first; those that are left out come last."""
        known = await self.known()
        first = [_find(known, identity) for identity in dict.fromkeys(identities)]
        order = [*first, *(one for one in known if one not in first)]
        for rank, one in enumerate(reversed(order)):
            if one.priority != rank:
                await self._asked(self._manager.prefer(one, rank))

    def join(self, ssid: bytes, password: str, security: JoinSecurity | None, *, is_hidden: bool) -> Attempt:
        """Try a network; it is under way from now on."""
        heard = self.ear.security_of(ssid)
        chosen = chosen_security(security, heard, password)
        trouble = None if security else self.ear.obstacle_of(ssid)
        if trouble := trouble or password_trouble(password, chosen) or self._hands_off() or self.mode.ask_try():
            raise NetworkRefusedError(trouble)
        keeps_to_wpa2 = security == "wpa2" and heard == "mixed"
        wanted = Wanted(ssid, password, chosen, is_hidden=is_hidden, keeps_to_wpa2=keeps_to_wpa2)
        attempt = self.trials.begin(wanted)
        self._prove(wanted)
        self._stir()
        return attempt

    def keep(self, identity: str) -> str:
        """The proven network is joined for good; a sentence. Asked twice, it is done once."""
        attempt = self.trials.attempt
        if attempt is None or attempt.id != identity or self.mode.work != "keep":
            attempt = self._proven(identity)
            self.mode.ask_keep(self._clock.monotonic_s())
            self._stir()
        return f"The box joins {attempt.name} now; its set-up network closes."

    async def drop(self, identity: str) -> str:
        """The proven network is not wanted; a sentence."""
        attempt = self._proven(identity)
        self.mode.drop()
        await self.trials.drop()
        self._stir()
        return f"{attempt.name} is not joined; nothing of it remains."

    async def set_country(self, country: str) -> str:
        """Where the box is; a sentence."""
        if trouble := self._hands_off():
            raise NetworkRefusedError(trouble)
        await self._name_country(country)
        self.country = country
        if self.view.sight.is_blocked:
            await self._asked(self._manager.switch_radio_on())
        self._stir()
        return f"The box is in {country}: its Wi-Fi keeps to what is allowed there."

    def open(self) -> str:
        """Somebody wants the set-up network; a sentence."""
        if trouble := self.mode.ask_open(self._clock.monotonic_s()):
            raise NetworkRefusedError(trouble)
        self._stir()
        return "The set-up network opens within half a minute."

    def close(self) -> str:
        """Somebody wants it closed; a sentence."""
        self.mode.ask_close(self._clock.monotonic_s())
        self._stir()
        return "The set-up network closes; the box goes back to the networks that it knows."

    def _hands_off(self) -> str | None:
        if self.is_ours:
            return None
        return "This recorder leaves the network of its machine alone: `network.set_up` in the settings changes that."

    async def _name_country(self, country: str) -> None:
        try:
            await in_thread(self._thread, self._attempts.write_country, country)
        except OSError as error:
            raise NetworkRefusedError(f"The country cannot be written to the card: {error.strerror}.") from None

    def _proven(self, identity: str) -> Attempt:
        attempt = self.trials.attempt
        if attempt is None or attempt.id != identity:
            raise NetworkRefusedError("There is no such try: it is over, or a newer one took its place.")
        if attempt.state != "proven" or self.mode.keep_at_s is None:
            raise NetworkRefusedError(f"{attempt.name} does not wait to be kept. {self.attempt_sentence}")
        return attempt

    @staticmethod
    async def _asked(work: Awaitable[T]) -> T:
        try:
            return await work
        except BusError as error:
            if error.is_of_the_way:
                raise NetworkRefusedError("NetworkManager, which keeps the networks, does not answer.") from None
            raise NetworkRefusedError(f"NetworkManager refuses it ({error.name.rpartition('.')[2]}).") from None


def _find(known: list[Known], identity: str) -> Known:
    found = next((one for one in known if one.id == identity), None)
    if found is None:
        raise NetworkRefusedError("The box does not know this network: its list was changed meanwhile.")
    return found
