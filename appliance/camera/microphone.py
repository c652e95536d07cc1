"""The microphone beside a camera of this machine, as ALSA knows it."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

SHORT_EPOCH_S = 20.0
"""One with sound that ends sooner casts doubt on the microphone: a press must never depend on it."""
LEFT_OUT = "The sound is left out this time: the last connection with the microphone {device} ended at once."

_CAPTURES = re.compile(r"^(\d+)-(\d+): .*\bcapture \d", re.MULTILINE)


def find_microphone(camera: str, root: Path = Path("/")) -> str | None:
    """`plughw:1,0`: the microphone in the same housing as the camera at `camera`, else the first one; None: none.

    `plughw`, since a microphone with one channel does not know the two that ffmpeg asks for. Sources: the kernel's
    Documentation/sound/designs/procfile.rst; `device` of /sys/class/sound/cardN and of /sys/class/video4linux.
    """
    try:
        listed = (root / "proc/asound/pcm").read_text(errors="replace")
    except OSError:
        return None
    found = [(int(card), int(number)) for card, number in _CAPTURES.findall(listed)]
    housing = _housing(root / "sys/class/video4linux" / Path(camera).name)
    own = (one for one in found if housing and _housing(root / f"sys/class/sound/card{one[0]}") == housing)
    chosen = next(own, found[0] if found else None)
    return f"plughw:{chosen[0]},{chosen[1]}" if chosen else None


def _housing(node: Path) -> Path | None:
    """The USB device that a node's interface belongs to; None if it is at no USB."""
    try:
        interface = (node / "device").resolve(strict=True)
    except OSError:
        return None
    return interface.parent if ":" in interface.name else None


class Microphone:
    """`audio`: "none", an ALSA device, or "auto": what `find` finds.

    One that was found, not named, is left out for an epoch after a short one: sound is never worth a picture.
    """

    def __init__(self, audio: str, find: Callable[[], str | None], now_s: Callable[[], float] = time.monotonic) -> None:
        self.warning: str | None = None
        """What the owner should know of the sound of this epoch."""
        self._audio = audio
        self._find = find
        self._now_s = now_s
        self._doubted: str | None = None

    @asynccontextmanager
    async def epoch(self) -> AsyncIterator[str | None]:
        """The device of one epoch; None: without sound."""
        device = await self._device()
        began_s = self._now_s()
        try:
            yield device
        finally:
            is_short = self._now_s() - began_s < SHORT_EPOCH_S
            self._doubted = device if device and self._audio == "auto" and is_short else None

    async def _device(self) -> str | None:
        self.warning = None
        if self._audio != "auto":
            return None if self._audio == "none" else self._audio
        device = await asyncio.to_thread(self._find)
        if device and device == self._doubted:
            self.warning = LEFT_OUT.format(device=device)
            return None
        return device
