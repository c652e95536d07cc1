"""The set-ups that are going on: each has an rclone of its own, and ends by itself when nobody goes on with it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import msgspec

from appliance.storage.backends import require_offered
from appliance.storage.model import Ready, Remote, Step, StorageRefusedError
from appliance.storage.providers import Providers
from appliance.storage.rcd import Rcd, RcdError
from appliance.storage.signing_in import Explain
from appliance.storage.wizard import Wizard

MOST = 3
IDLE_S = 15 * 60.0
_OVER = "This set-up is over: begin again."

Keep = Callable[[str, Path], Awaitable[Remote]]
"""Takes the finished section of this name out of this file."""


class _SetUp:
    """One storage that is being set up."""

    def __init__(self, name: str, rcd: Rcd) -> None:
        self.session = secrets.token_urlsafe(9)
        self.name = name
        self.rcd = rcd
        self.wizard: Wizard | None = None
        self.turn = asyncio.Lock()
        self.timer: asyncio.TimerHandle | None = None

    def calm(self) -> None:
        """Do not end it by the clock."""
        if self.timer is not None:
            self.timer.cancel()

    async def end(self) -> None:
        """Leave nothing of it behind."""
        self.calm()
        try:
            if self.wizard is not None:
                await self.wizard.stop()
        finally:
            await self.rcd.stop()


class SetUps:
    """Up to three storages being set up. `keep` gets each that is finished; `idle_s`: the wait for each answer."""

    def __init__(self, binary: str, keep: Keep, explain: Explain, idle_s: float = IDLE_S) -> None:
        self._binary = binary
        self._keep = keep
        self._explain = explain
        self._idle_s = idle_s
        self._open: dict[str, _SetUp] = {}
        self._starting: set[str] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def begin(self, name: str, kind: str, parameters: Mapping[str, str]) -> Step:
        """The first step. A set-up of the same name that is still open gives way.

        Raises:
            StorageRefusedError: if it cannot be set up.
        """
        for earlier in [setup for setup in self._open.values() if setup.name == name]:
            await self._end(earlier)
        setup = await self._start(name)
        try:
            return await self._move(setup, lambda: self._first(setup, kind, dict(parameters)))
        except BaseException:
            await self._end(setup)
            raise

    async def answer(self, session: str, value: str) -> Step:
        """The step after an answer.

        Raises:
            StorageRefusedError: if the set-up is over, or this cannot be done.
        """
        setup = self._open.get(session)
        wizard = setup.wizard if setup else None
        if setup is None or wizard is None:
            raise StorageRefusedError(_OVER)
        return await self._move(setup, lambda: wizard.answer(value))

    async def abort(self, session: str) -> None:
        """End a set-up and forget what was answered; nothing happens if it is over."""
        setup = self._open.get(session)
        if setup is not None:
            await self._end(setup)

    async def close(self) -> None:
        """End all of them, also one that is about to start."""
        self._is_closed = True
        for setup in list(self._open.values()):
            await self._end(setup)
        await asyncio.gather(*self._ending)

    async def _start(self, name: str) -> _SetUp:
        if name in self._starting:
            raise StorageRefusedError(f"{name!r} is being set up already: wait a moment.")
        if len(self._open) + len(self._starting) >= MOST:
            raise StorageRefusedError(f"{MOST} storages are being set up already: finish or abort one of them first.")
        self._starting.add(name)
        try:
            setup = _SetUp(name, await Rcd.start(self._binary))
        except RcdError as error:
            raise StorageRefusedError(f"rclone does not start: {error}") from error
        finally:
            self._starting.discard(name)
        self._open[setup.session] = setup
        if self._is_closed:
            await self._end(setup)
            raise StorageRefusedError("The box is going down.")
        return setup

    async def _first(self, setup: _SetUp, kind: str, parameters: dict[str, str]) -> Step | None:
        told = msgspec.convert(await setup.rcd.call("config/providers"), Providers)
        provider = require_offered(kind, told.providers)
        setup.wizard = Wizard(setup.session, setup.name, provider, setup.rcd, self._explain)
        try:
            return await setup.wizard.begin(parameters)
        except RcdError as error:
            sentence = f"{provider.description} could not be set up: {self._explain(str(error))}"
            raise StorageRefusedError(sentence) from error

    async def _move(self, setup: _SetUp, move: Callable[[], Awaitable[Step | None]]) -> Step:
        """One step at a time, while the clock stands still."""
        async with setup.turn:
            if setup.session not in self._open:
                raise StorageRefusedError(_OVER)
            setup.calm()
            try:
                return await move() or await self._finish(setup)
            except RcdError as error:
                await self._end(setup)
                raise StorageRefusedError("The set-up was interrupted: begin again.") from error
            finally:
                self._wait(setup)

    async def _finish(self, setup: _SetUp) -> Ready:
        try:
            return Ready(await self._keep(setup.name, setup.rcd.config))
        finally:
            await self._end(setup)

    def _wait(self, setup: _SetUp) -> None:
        if setup.session in self._open:
            setup.timer = asyncio.get_running_loop().call_later(self._idle_s, self._end_soon, setup)

    async def _end(self, setup: _SetUp) -> None:
        """Once begun it goes through, even if whoever wanted it does not wait."""
        self._end_soon(setup)
        await asyncio.gather(*(asyncio.shield(task) for task in self._ending))

    def _end_soon(self, setup: _SetUp) -> None:
        if self._open.pop(setup.session, None) is not None:
            task = asyncio.create_task(setup.end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
