"""The last try of a network: what came of it, kept on the card as it moves on."""

import logging
import uuid
from concurrent.futures import Executor

from appliance.clock import Clock
from appliance.network.attempts import Attempt, Attempts, AttemptState
from appliance.network.outcome import Reason
from appliance.network.profiles import Wanted
from appliance.network.proof import Proof
from appliance.threads import in_thread

_log = logging.getLogger(__name__)


class Trials:
    """`attempt`: the last one; `wanted`: what is being tried, or was proven and is not kept yet.

    A card that cannot be written costs the memory of it, not the join. `thread`: for the card.
    """

    def __init__(self, attempts: Attempts, clock: Clock, thread: Executor) -> None:
        self.attempt: Attempt | None = None
        self.wanted: Wanted | None = None
        self._attempts = attempts
        self._clock = clock
        self._thread = thread

    @property
    def age_s(self) -> float:
        """Since the attempt came to where it is."""
        clock = self._clock
        return self.attempt.age_s(clock.boot_id, clock.monotonic_s(), clock.wall_s()) if self.attempt else 0.0

    async def recall(self) -> None:
        """What earlier lives left."""
        self.attempt, self.wanted = await in_thread(self._thread, self._attempts.read)

    def begin(self, wanted: Wanted) -> Attempt:
        """A network is being tried from now on."""
        self.wanted = wanted
        self.attempt = self._attempt(uuid.uuid4().hex[:12], wanted.ssid, "trying")
        return self.attempt

    async def came_to(self, proof: Proof) -> None:
        """The trial is over."""
        await self._move("proven" if proof.is_proven else "failed", proof.reason, proof.addresses)

    async def kept(self, *, is_in: bool, addresses: tuple[str, ...]) -> None:
        """It is joined for good, or cannot be at the moment."""
        told = self.attempt
        if told:
            await self._move("kept" if is_in else "returned", told.reason if is_in else None, addresses)

    async def drop(self) -> None:
        """It is not wanted."""
        self.attempt = self.wanted = None
        await self.store()

    async def store(self) -> None:
        """Bring it to the card."""
        is_proven = self.attempt is not None and self.attempt.state == "proven"
        try:
            await in_thread(self._thread, self._attempts.write, self.attempt, self.wanted if is_proven else None)
        except OSError as error:
            _log.warning("what came of a join cannot be written to the card: %s", error.strerror)

    async def _move(self, state: AttemptState, reason: Reason | None, addresses: tuple[str, ...]) -> None:
        if self.attempt:
            self.attempt = self._attempt(self.attempt.id, self.attempt.ssid, state, reason, addresses)
        if state != "proven":
            self.wanted = None
        await self.store()

    def _attempt(
        self,
        identity: str,
        ssid: bytes,
        state: AttemptState,
        reason: Reason | None = None,
        addresses: tuple[str, ...] = (),
    ) -> Attempt:
        clock = self._clock
        return Attempt(identity, ssid, state, reason, clock.boot_id, clock.monotonic_s(), clock.wall_s(), addresses)
