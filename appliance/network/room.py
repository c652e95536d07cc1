"""The network room: what NetworkManager tells goes to the set-up mode, and what that decides is carried out.

Nothing that happens here reaches recording: a fault is logged and tried again, and the card is written in a thread.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable
from concurrent.futures import Executor
from pathlib import Path
from typing import NoReturn, Protocol, TypedDict, Unpack

from appliance.backoff import Backoff
from appliance.clock import Clock
from appliance.network.announced import AVAHI, Announced
from appliance.network.attempts import Attempts
from appliance.network.bus import BusError, Signal
from appliance.network.camera_radio import CameraRadio, RadioListener, Wants
from appliance.network.desk import Desk
from appliance.network.ear import Ear
from appliance.network.hotspot import Hotspot
from appliance.network.joining import Joining, ReachStorage
from appliance.network.link import PROPERTIES, Link, Match
from appliance.network.model import View
from appliance.network.network_manager import DEVICE, PATH, SETTINGS, SETTINGS_PATH, NetworkManager
from appliance.network.patience import Patience
from appliance.network.phones import PhoneMeter
from appliance.network.profiles import Wanted
from appliance.network.proof import Proof
from appliance.network.setup_mode import Plan, SetUpMode
from appliance.network.trace import SUPPLICANT, Tracer
from appliance.network.trials import Trials
from appliance.network.turns import TurnPlan
from appliance.network.uplink import NETWORK_MANAGER
from appliance.network.works import Works
from appliance.threads import in_thread

PHONE_LOOK_S = 10.0
"""Between two looks whether somebody is in the set-up network."""

_log = logging.getLogger(__name__)


class NetworkListener(RadioListener, Protocol):
    """Who is told of the network. Calls return at once."""

    def network_changed(self) -> None:
        """The mode, the way to the world or a try moved on: the desk knows."""


class Joints(TypedDict):
    """What the room is joined with.

    `thread`: its own; `wants`: who knows what waits for the home network; `reach`: who can ask the owner's storage.
    """

    clock: Clock
    thread: Executor
    listener: NetworkListener
    wants: Wants
    reach: ReachStorage


class NetworkRoom:
    """`desk` answers; `link` leads to NetworkManager, for others to listen as well.

    `directory`: for what is to be known after a power cut; `hotspot_file`: of root's making; `host_name`: of the box.

    `camera`: the network that the camera is, None if it is none; `turns`: how one radio serves both.

    `address`: of the bus, None for the system's; `sys`: what `/sys` lies below; `slow_s`: for calls that take long.
    """

    def __init__(
        self,
        *,
        plan: Plan,
        directory: Path,
        hotspot_file: Path,
        hotspot_name: str = "",
        host_name: str = "",
        country: str = "",
        camera: Wanted | None = None,
        turns: TurnPlan | None = None,
        address: str | None = None,
        sys: Path = Path("/"),
        patience: Patience | None = None,
        slow_s: float = 25.0,
        **joints: Unpack[Joints],
    ) -> None:
        self._clock, self._thread = joints["clock"], joints["thread"]
        self._listener = joints["listener"]
        self._patience = patience or Patience()
        self._is_ours = plan.policy != "never"
        self.link = Link(NETWORK_MANAGER, address=address)
        self._supplicant = Link(SUPPLICANT, address=address)
        self._avahi = Link(AVAHI, address=address)
        self._manager = NetworkManager(self.link, slow_s)
        joining = Joining(self._manager, Tracer(self.link, self._supplicant), joints["reach"], self._patience)
        self._attempts = Attempts(directory)
        self._hotspot = Hotspot(hotspot_file, hotspot_name)
        self._host_name = host_name
        self._mode = SetUpMode(plan, self._clock.monotonic_s())
        self._ear = Ear(joining, self._clock)
        self._trials = Trials(self._attempts, self._clock, self._thread)
        self._works = Works(
            manager=self._manager,
            joining=joining,
            ear=self._ear,
            trials=self._trials,
            hotspot=self._hotspot,
            thread=self._thread,
        )
        self._meter = PhoneMeter(sys)
        self._radio = CameraRadio(
            camera=camera if self._is_ours else None,
            plan=turns or TurnPlan(),
            wants=joints["wants"],
            listener=self._listener,
            now_s=self._clock.monotonic_s(),
        )
        self._waits = Backoff(first_s=2.0, most_s=60.0)
        self._stirred = asyncio.Event()
        self._announced = Announced(self._avahi, self._stirred.set)
        self._work: asyncio.Task[bool] | asyncio.Task[Proof] | None = None
        self._is_busy = False
        self._looked = asyncio.Event()
        self._told: object = None
        self._silent_until_s = self._clock.monotonic_s() + self._patience.sight_s
        """Until it was seen once, or has had the time to come up."""
        self._needs_tidying = True
        self.desk = Desk(
            manager=self._manager,
            mode=self._mode,
            ear=self._ear,
            trials=self._trials,
            attempts=self._attempts,
            hotspot=self._hotspot,
            meter=self._meter,
            announced=self._announced,
            clock=self._clock,
            thread=self._thread,
            is_ours=self._is_ours,
            country=country,
            prove=self._prove,
            stir=self._stirred.set,
            radio=self._radio,
        )
        self._listen()

    def press_is_kept(self, *, is_busy: bool) -> None:
        """A press is being kept, or no longer is: it ends a turn of the radio."""
        if is_busy != self._is_busy:
            self._is_busy = is_busy
            self._radio.press(self._clock.monotonic_s(), is_busy=is_busy)
            self.look_again()

    async def join(self, ssid: str, password: str) -> str | None:
        """Take a radio into the network that a camera is, and keep it there; None once it is, else why not.

        For a camera that told of its network itself; the settings' one gives way to it.
        """
        if not self._is_ours:
            return "The box may not join the camera's Wi-Fi: `network.set_up` in the settings leaves the radio alone."
        wanted = Wanted(ssid.encode(), password, "wpa2")
        self._radio.serve(wanted, self._clock.monotonic_s())
        self._stirred.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience.visit_s):
                while not (self._radio.is_there and self._radio.camera == wanted):
                    await self._next_look()
                return None
        why_not = f"The box does not get into the camera's Wi-Fi {wanted.name}: is the camera on, and near enough?"
        return self._radio.refusal or why_not

    async def _next_look(self) -> None:
        """The next look at the radio, which the room takes when there is something to see."""
        self._looked.clear()
        await self._looked.wait()

    def look_again(self) -> None:
        """What waits for the home network may have changed."""
        if self._radio.camera is not None:
            self._stirred.set()

    async def run(self) -> NoReturn:
        """For ever."""
        followed = (self.link, self._supplicant, self._avahi, self._announced)
        links = [asyncio.create_task(one.run()) for one in followed]
        try:
            await self._begin()
            while True:
                wait_s = await self._turn_safely()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._stirred.wait()
                await asyncio.sleep(self._patience.settle_s)
        finally:
            ending = [*([self._work] if self._work else []), *links]
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)

    async def _begin(self) -> None:
        """What earlier lives left, each for itself: what cannot be read or written costs nothing else."""
        if self._is_ours:
            await self._try(in_thread(self._thread, self._attempts.prepare))
            await self._try(in_thread(self._thread, self._hotspot.read))
            await self._try(in_thread(self._thread, self._attempts.write_host_name, self._host_name))
        await self._try(self._trials.recall())
        await self._try(self.desk.recall())
        if self._trials.wanted and self._is_ours:
            self._mode.tried(self._clock.monotonic_s(), is_proven=True)

    @staticmethod
    async def _try(work: Awaitable[object]) -> None:
        try:
            await work
        except OSError as error:
            _log.warning("what the network room keeps cannot be read or written: %s", error.strerror)
        except Exception:  # noqa: BLE001 - whatever it is, recording goes on
            _log.exception("the network room could not take up what was left, and goes on")

    async def _turn_safely(self) -> float | None:
        """One turn; how long to wait for the next if nothing stirs."""
        self._stirred.clear()
        try:
            wait_s = await self._turn()
        except BusError:
            return self._waits.next_s()
        except Exception:  # noqa: BLE001 - whatever it is, recording goes on
            _log.exception("the network room failed, and goes on")
            return self._waits.next_s()
        self._waits.reset()
        return wait_s

    async def _turn(self) -> float | None:
        over = self._work if self._work and self._work.done() else None
        view = await self._manager.view()
        if self._needs_tidying and view.sight.has_manager and self._is_ours:
            await self._manager.tidy()
            self._needs_tidying = False
        now_s = self._clock.monotonic_s()
        self.desk.view = view
        self._mode.see(view.sight, now_s)
        self._look_for_phones(view, now_s)
        self._radio.see(view, self._mode, self._meter, now_s)
        if over and over is self._work:  # a trial may have taken its place meanwhile
            await self._end_work(view, now_s)
        if self._work is not None and self._radio.must_break_off(now_s):
            self._work.cancel()
        if self._work is None and (command := self._mode.next_command(now_s)):
            self._start(asyncio.create_task(self._works.do(command, view)))
        if self._work is None and (leg := self._radio.next_command(now_s)) and self._radio.camera:
            device = self._radio.device(view)
            self._start(asyncio.create_task(self._works.move(leg, device, self._radio.camera)))
        self._radio.tell()
        self._looked.set()
        if view.sight.has_manager:
            self._silent_until_s = now_s
        self._tell(now_s)
        return self._wait_s(view, now_s)

    def _wait_s(self, view: View, now_s: float) -> float | None:
        wake_s = self._mode.wake_s(now_s)
        waits = [PHONE_LOOK_S] if view.sight.is_open else []
        waits += [] if wake_s is None else [wake_s - now_s]
        radio_s = self._radio.wait_s(now_s)
        waits += [] if radio_s is None else [radio_s]
        waits += [self._silent_until_s - now_s] if now_s < self._silent_until_s else []
        return min(waits, default=None)

    def _look_for_phones(self, view: View, now_s: float) -> None:
        if not view.sight.is_open:
            self._meter.forget()
        elif self._meter.look(view.interface, now_s):
            self._mode.phone_heard(now_s)

    def _prove(self, wanted: Wanted) -> None:
        self._give_up_leg()
        self._start(asyncio.create_task(self._works.prove(wanted, self.desk.view)))
        self._tell(self._clock.monotonic_s())

    def _give_up_leg(self) -> None:
        """The radio is wanted for something else, now."""
        if self._work and self._radio.is_at_work:
            self._work.cancel()
            self._radio.done(self._clock.monotonic_s(), is_well=False)

    def _start(self, work: asyncio.Task[bool] | asyncio.Task[Proof]) -> None:
        self._work = work
        work.add_done_callback(lambda _: self._stirred.set())

    async def _end_work(self, view: View, now_s: float) -> None:
        """What is over is judged by what was seen after it."""
        assert self._work
        kind, came_to = self._mode.work, _result(self._work)
        self._work = None
        if self._radio.is_at_work:
            moved = came_to if isinstance(came_to, Proof) else Proof(is_proven=False, reason=None)
            self._radio.done(now_s, is_well=moved.is_proven, reason=moved.reason)
            return
        if kind == "try":
            proof = came_to if isinstance(came_to, Proof) else Proof(is_proven=False, reason="rejected")
            self._mode.tried(now_s, is_proven=proof.is_proven)
            await self._trials.came_to(proof)
            return
        self._mode.done(now_s, is_well=came_to is True)
        if kind == "keep":
            await self._trials.kept(is_in=came_to is True, addresses=view.addresses)

    def _tell(self, now_s: float) -> None:
        """Who listens hears of what can be seen."""
        shown = self.desk.shown()
        if now_s >= self._silent_until_s and shown != self._told:
            self._told = shown
            self._listener.network_changed()

    def _listen(self) -> None:
        self.link.watch(self._started_anew)
        for match in (
            Match(PROPERTIES, "PropertiesChanged", path=PATH, first=NETWORK_MANAGER),
            Match(DEVICE, "StateChanged", under=f"{PATH}/Devices"),
            Match(SETTINGS, "NewConnection", path=SETTINGS_PATH),
            Match(SETTINGS, "ConnectionRemoved", path=SETTINGS_PATH),
        ):
            self.link.hear(match, self._heard)

    def _heard(self, _: Signal) -> None:
        self._stirred.set()

    def _started_anew(self) -> None:
        self._needs_tidying = True
        self._stirred.set()


def _result(work: asyncio.Task[bool] | asyncio.Task[Proof]) -> bool | Proof:
    if work.cancelled():
        return False
    try:
        return work.result()
    except Exception:  # noqa: BLE001 - whatever it is, recording goes on
        _log.exception("the network room failed at a work, and goes on")
        return False
