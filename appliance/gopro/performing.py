"""The attendant's hands: each step becomes a call, and what the camera says to it an outcome."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import assert_never

from appliance.attending.interfaces import own_addresses
from appliance.clock import Clock
from appliance.gopro import helpers
from appliance.gopro.client import TALK_ERRORS, GoProClient, NonsenseError, RefusedError
from appliance.gopro.ear import first_packets, free_port
from appliance.gopro.http import NoAnswerError
from appliance.gopro.line import Line, is_open_gopro
from appliance.gopro.models import Model, model_of
from appliance.gopro.steps import (
    Do,
    Done,
    Found,
    Listen,
    Look,
    Means,
    Meet,
    Met,
    Missed,
    Order,
    Outcome,
    Pause,
    Refused,
    Search,
    Seen,
    Step,
    Taken,
    Unanswered,
)
from appliance.gopro_addresses import likely_addresses, with_port

_FAREWELL_S = 2.0
_ASLEEP = "The GoPro at the end of the cable does not answer: switch it on."


class Hands:
    """Performs steps on whichever camera was met last. `port`: of this box, where its stream is to arrive."""

    def __init__(self, clock: Clock, port: int) -> None:
        self._clock = clock
        self._wanted_port = port
        self._port = port
        self._model = Model()
        self._line: Line | None = None
        self._started: Order | None = None

    async def perform(self, step: Step) -> Outcome:
        """Raises HungError if the camera gives an answer that has no end."""
        match step:
            case Search(means=means):
                return await _search(means)
            case Meet(address=address):
                return await self._meet(with_port(address))
            case Look():
                return await self._call(lambda camera: Seen(camera.state()))
            case Do(order=order):
                return await self._do(order)
            case Listen():
                return await first_packets(self._port)
            case Pause(length_s=length_s):
                await self._pause(length_s)
                return Done()
            case _:
                assert_never(step)

    async def _pause(self, length_s: float) -> None:
        await asyncio.sleep(length_s)
        if self._line:
            self._line.check()

    async def _meet(self, address: str) -> Outcome:
        await self._hang_up()
        self._line = Line(address)
        outcome = await self._call(_introduction)
        if isinstance(outcome, Met):
            self._model = outcome.model
            self._line.keep_alive()
        return outcome

    async def _do(self, order: Order) -> Outcome:
        if order in {"start", "start webcam"}:
            port = free_port(self._wanted_port, may_differ=self._may_name_port(order))
            if port is None:
                return Taken(self._wanted_port)
            self._port, self._started = port, order
        return await self._call(partial(self._give, order=order))

    def _may_name_port(self, order: Order) -> bool:
        return self._model.names_port if order == "start" else self._model.names_webcam_port

    def _give(self, camera: GoProClient, order: Order) -> Done:
        named = self._port if self._may_name_port(order) else None
        match order:
            case "take" | "release":
                camera.control_by_wire(on=order == "take")
            case "clock":
                if self._clock.is_trusted():
                    camera.set_clock(self._clock.wall_s(), knows_zones=self._model.knows_zones)
            case "start":
                camera.start_preview(named)
            case "stop":
                camera.stop_preview()
            case "start webcam":
                camera.start_webcam(named)
            case "stop webcam":
                camera.stop_webcam()
            case "exit webcam":
                camera.exit_webcam()
            case _:
                assert_never(order)
        return Done()

    async def _call(self, what: Callable[[GoProClient], Outcome]) -> Outcome:
        assert self._line is not None, "it is met before anything else"
        try:
            return await self._line.call(what)
        except NoAnswerError:
            return Unanswered()
        except (RefusedError, NonsenseError) as error:
            return Refused(str(error))

    async def leave(self) -> None:
        """Undo what was done to the camera, within two seconds, and say nothing more to it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL_S):
                for order in _undoing(self._started):
                    await self._call(partial(self._give, order=order))
        await self._hang_up()

    async def _hang_up(self) -> None:
        if self._line:
            await self._line.close()
            self._line = None


def _undoing(started: Order | None) -> tuple[Order, ...]:
    if started is None:
        return ()
    return ("stop",) if started == "start" else ("stop webcam", "exit webcam")


def _introduction(camera: GoProClient) -> Met:
    """It has to be an Open GoPro camera; who it is in particular is no condition."""
    camera.version()
    with suppress(*TALK_ERRORS):
        camera.introduce()
        info = camera.info()
        return Met(model_of(info.firmware_version, info.model_name), info.model_name or "GoPro")
    return Met(Model(), "GoPro")


async def _search(means: Means) -> Outcome:
    match means:
        case "address":
            return await _at_likely_addresses()
        case "announcement":
            return await helpers.find_announced()
        case "bluetooth":
            return await helpers.wake()
        case _:
            assert_never(means)


async def _at_likely_addresses() -> Found | Missed:
    likely = likely_addresses(own_addresses())
    for address in likely:
        if await is_open_gopro(with_port(address)):
            return Found(address)
    return Missed(_ASLEEP if likely else "")
