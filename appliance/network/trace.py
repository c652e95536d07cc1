"""What NetworkManager and its supplicant tell while a network is being joined, from the moment that one listens.

The reason of a step stands in the signal alone: the property is overwritten within milliseconds. The supplicant's
signals (wpa_supplicant's D-Bus API, fi.w1.wpa_supplicant1.Interface) may be received by anybody.
"""

import asyncio
import contextlib
from collections.abc import Iterator

from appliance.network.bus import Signal
from appliance.network.link import PROPERTIES, Link, Match
from appliance.network.network_manager import DEVICE, PATH
from appliance.network.outcome import Step, Whisper, is_over

SUPPLICANT = "fi.w1.wpa_supplicant1"
_INTERFACE = f"{SUPPLICANT}.Interface"
_INTERFACES = "/fi/w1/wpa_supplicant1/Interfaces"
_TELLING = ("State", "DisconnectReason", "AuthStatusCode")


class Trace:
    """One join of `device`. `is_broken`: NetworkManager vanished on the way."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.steps: list[Step] = []
        self.whispers: list[Whisper] = []
        self.is_broken = False
        self._moved = asyncio.Event()

    @property
    def is_over(self) -> bool:
        return self.is_broken or any(map(is_over, self.steps))

    async def until_over(self, limit_s: float) -> None:
        """Until it goes no further, or for `limit_s`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while not self.is_over:
                    self._moved.clear()
                    await self._moved.wait()

    def add(self, what: Step | Whisper) -> None:
        if isinstance(what, Step):
            self.steps.append(what)
        else:
            self.whispers.append(what)
        self._moved.set()

    def broken(self) -> None:
        self.is_broken = True
        self._moved.set()


class Tracer:
    """Hears for all traces. To be made before the links run."""

    def __init__(self, manager: Link, supplicant: Link) -> None:
        self._traces: list[Trace] = []
        self._supplicant = supplicant
        manager.hear(Match(DEVICE, "StateChanged", under=f"{PATH}/Devices"), self._stepped)
        manager.watch(self._vanished)
        changed = Match(PROPERTIES, "PropertiesChanged", under=_INTERFACES, first=_INTERFACE)
        supplicant.hear(changed, self._whispered)

    @contextlib.contextmanager
    def tracing(self, device: str) -> Iterator[Trace]:
        """Listen as long as the context lasts."""
        trace = Trace(device)
        self._traces.append(trace)
        try:
            yield trace
        finally:
            self._traces.remove(trace)

    async def catch_up(self) -> None:
        """Hear what the supplicant told before NetworkManager's last step: that came by another connection."""
        await self._supplicant.catch_up()

    def _stepped(self, signal: Signal) -> None:
        match signal.body:
            case [int(new), int(old), int(reason)]:
                for trace in self._traces:
                    if trace.device == signal.path:
                        trace.add(Step(new, old, reason))

    def _whispered(self, signal: Signal) -> None:
        """There is one radio, so whatever the supplicant tells is about it."""
        match signal.body:
            case [_, dict(changed), *_]:
                for name in _TELLING:
                    if isinstance(value := changed.get(name), str | int):
                        for trace in self._traces:
                            trace.add(Whisper(name, value))

    def _vanished(self) -> None:
        for trace in self._traces:
            trace.broken()
