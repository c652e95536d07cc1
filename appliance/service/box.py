"""What is answered about the box itself: what only root may do is wished for, in files that root's units look at."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from pathlib import Path

import msgspec

from appliance.boot.wishes import CLOCK, CLOCK_ANSWER, RESET, ClockAnswer, ClockWish, ResetWish
from appliance.clock import Clock
from appliance.control.errors import RefusedError
from appliance.control.messages import (
    RESET_WORD,
    BoxRequest,
    Diagnostics,
    DiagnosticsAnswer,
    Done,
    FactoryReset,
    SetClock,
)
from appliance.decoding import UnreadableError, decoded
from appliance.durable import flush_folder, write_durably
from appliance.threads import in_thread

PATIENCE_S = 60.0
"""Root's program has to start first: measured 8 s in an emulator, and over 10 s on a slow day."""
_LOOK_EVERY_S = 0.1
_NO_BOX = "This machine is no box: its clock and what is kept on it are yours to set."
_SILENT = "The clock was not set: the box's service for it did not answer. Switch the box off and on, and try again."


class BoxDesk:
    """`owners_folder`: where the owner's settings lie; None where this machine is no box.

    `diagnose`: writes the archive, and tells where it is. `root`: of the box.
    """

    def __init__(
        self,
        *,
        owners_folder: Path | None,
        clock: Clock,
        thread: Executor,
        diagnose: Callable[[], Awaitable[DiagnosticsAnswer]],
        root: Path = Path("/"),
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._owners_folder = owners_folder
        self._clock = clock
        self._thread = thread
        self._diagnose = diagnose
        self._root = root
        self._patience_s = patience_s
        self._clock_order = asyncio.Lock()
        """There is room for one wish: root looks at the last one only."""

    async def ask(self, request: BoxRequest) -> Done | DiagnosticsAnswer:
        """The answer to one request."""
        match request:
            case SetClock():
                async with self._clock_order:
                    return await self._set_clock(request)
            case Diagnostics():
                return await self._diagnose()
            case FactoryReset():
                return await self._reset(request)

    async def _set_clock(self, request: SetClock) -> Done:
        if self._owners_folder is None:
            raise RefusedError(_NO_BOX)
        wish = ClockWish(secrets.token_hex(8), request.zone, request.now_s, self._clock.monotonic_s())
        await in_thread(self._thread, write_durably, self._place(CLOCK), msgspec.json.encode(wish))
        answer = await self._answer(wish.token)
        if answer is None:
            raise RefusedError(_SILENT)
        time.tzset()  # the zone is another one now; libc looks again
        if answer.trouble:
            raise RefusedError(answer.trouble)
        knew = "The box knew the time already; the time zone is set."
        return Done("The clock and the time zone are set." if answer.is_set else knew)

    async def _answer(self, token: str) -> ClockAnswer | None:
        tries = max(1, round(self._patience_s / _LOOK_EVERY_S))
        for _ in range(tries):
            await asyncio.sleep(_LOOK_EVERY_S)
            answer = _read(self._place(CLOCK_ANSWER))
            if answer and answer.token == token:
                return answer
        await in_thread(self._thread, lambda: self._place(CLOCK).unlink(missing_ok=True))
        return None

    async def _reset(self, request: FactoryReset) -> Done:
        if request.word.strip().lower() != RESET_WORD:
            raise RefusedError(f"Nothing was reset: type the word {RESET_WORD} to confirm it.")
        if self._owners_folder is None:
            raise RefusedError(_NO_BOX)
        if not request.parts and not request.memories:
            raise RefusedError("Nothing was reset: say what.")
        wish = ResetWish(list(dict.fromkeys(request.parts)), request.memories)
        await in_thread(self._thread, _leave, self._owners_folder / RESET, msgspec.json.encode(wish))
        return Done("The box starts anew now, and resets what you asked for. Until then it goes on recording.")

    def _place(self, path: Path) -> Path:
        return self._root / path.relative_to("/")


def _leave(path: Path, content: bytes) -> None:
    write_durably(path, content)
    flush_folder(path.parent)


def _read(path: Path) -> ClockAnswer | None:
    try:
        return decoded(path.read_bytes(), ClockAnswer)
    except (OSError, UnreadableError):
        return None
