"""The attendant's hands: each step becomes a call, and what the camera says to it an outcome."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import assert_never

from appliance.clock import Clock
from appliance.gopro.client import GoProClient, NonsenseError, RefusedError
from appliance.gopro.ear import first_packets, free_port
from appliance.gopro.http import NoAnswerError
from appliance.gopro.line import Line
from appliance.gopro.models import Model, model_of
from appliance.gopro.searching import search
from appliance.gopro.steps import (
    Do,
    Done,
    Listen,
    Look,
    Meet,
    Met,
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
from appliance.gopro_addresses import with_port

_FAREWELL_S = 2.0


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
            case Search(means=means, address=address):
                return await search(means, [address] if address else None)
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
        greeted = await self._call(_greeting)
        if not isinstance(greeted, Done):
            return greeted
        self._line.keep_alive()
        await self._call(_introduction)
        told = await self._call(_who)
        met = told if isinstance(told, Met) else Met(Model(), "GoPro")
        self._model = met.model
        return met

    async def _do(self, order: Order) -> Outcome:
        if order in {"start", "start webcam"}:
            port = free_port(self._wanted_port, may_differ=self._may_name_port(order))
            self._port = port or self._wanted_port
            if port is None:
                return Taken(self._port)
            self._started = order
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
            case "end transfer":
                camera.end_transfer()
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


def _greeting(camera: GoProClient) -> Done:
    """It has to be an Open GoPro camera; who it is in particular is no condition."""
    camera.version()
    return Done()


def _introduction(camera: GoProClient) -> Done:
    camera.introduce()
    return Done()


def _who(camera: GoProClient) -> Met:
    info = camera.info()
    return Met(model_of(info.firmware_version, info.model_name), info.name)
