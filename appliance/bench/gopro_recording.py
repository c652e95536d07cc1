"""(n) Processor and memory of recording a GoPro's preview: its ffmpeg beside a bare one, and its attendant.

A GoPro that is none streams into this process's machine; every packet goes to one listener that is not counted, then to
the recorder's ffmpeg, then to a bare one with the very same options: whoever is first pays for waking the processor up.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from appliance.bench.feeding import free_ports
from appliance.bench.materials import SEGMENT_S
from appliance.bench.processes import Memory, cpu_s, memory_mib
from appliance.bench.report import Measurement, row
from appliance.bench.stage import Stage
from appliance.bench.supervised import Supervised, supervised
from appliance.camera.mpegts_udp import mpegts_input
from appliance.camera.network_footage import network_footage
from appliance.camera.probe import StreamFacts
from appliance.child import Child
from appliance.recording.cutter import cutting_command
from appliance.standins.gopro import GoProStandIn

FFMPEG_RATIO = 1.10
_STEADY_AFTER_S = 5


class Cost(Struct, frozen=True):
    """What a stretch of recording cost: percent of one core, and the attendant's memory at its end."""

    seconds: float
    ffmpeg_percent: float
    bare_percent: float
    attendant_percent: float
    supervisor_percent: float
    attendant: Memory


async def measure(stage: Stage) -> Measurement:
    """(n)."""
    found = await _record(stage, stage.size(60, 4))
    return Measurement(
        "n",
        "Recording a GoPro from UDP",
        [
            row(
                "its ffmpeg",
                found.ffmpeg_percent,
                "% of a core",
                reference=found.bare_percent,
                reference_is="bare, same options",
                ratio_at_most=FFMPEG_RATIO,
            ),
            row("its attendant", found.attendant_percent, "% of a core"),
            row("supervisor", found.supervisor_percent, "% of a core"),
            row("its attendant, PSS", found.attendant.pss_mib, "MiB"),
            row("its attendant, RSS", found.attendant.rss_mib, "MiB"),
        ],
        [
            (
                f"Over {found.seconds:.0f} s, all threads, by the kernel's own clock of each process. The camera is a "
                "stand-in: a HERO12's preview of 848x480 at 2.5 Mbit/s; each packet goes to both ffmpegs."
            ),
            "The attendant keeps the camera alive every 2.5 s and looks at its state every 2 s.",
        ],
    )


async def _record(stage: Stage, seconds: int) -> Cost:
    front, behind = free_ports(2)
    with GoProStandIn(folder=stage.new_folder("gopro"), beside=(front, behind)) as camera:
        settings = f'kind = "gopro"\naddress = "{camera.address}"'
        async with (
            _bare(stage, front),
            _bare(stage, behind) as bare,
            supervised(stage.new_folder("recording"), stage.new_folder("ring"), settings) as supervisor,
        ):
            await supervisor.wait_until_recording()
            await asyncio.sleep(_STEADY_AFTER_S)
            stage.say(f"recording a GoPro for {seconds} s")
            return await _watch(supervisor, bare.pid, seconds)


async def _watch(supervisor: Supervised, bare: int, seconds: int) -> Cost:
    pids = (supervisor.ffmpeg_pid, bare, supervisor.attendant_pid, supervisor.pid)
    before, began_s = [cpu_s(pid) for pid in pids], time.monotonic()
    await asyncio.sleep(seconds)
    took_s = time.monotonic() - began_s
    ffmpeg, bare_one, attendant, itself = (
        (cpu_s(pid) - was) / took_s * 100 for pid, was in zip(pids, before, strict=True)
    )
    assert supervisor.ffmpeg_pid == pids[0], "the camera was lost in between"
    return Cost(took_s, ffmpeg, bare_one, attendant, itself, memory_mib(supervisor.attendant_pid))


@asynccontextmanager
async def _bare(stage: Stage, port: int) -> AsyncIterator[Child]:
    """The recorder's own ffmpeg command for such a camera, without a recorder."""
    facts = StreamFacts("h264", None)
    footage = network_footage(mpegts_input(f"udp://0.0.0.0:{port}", facts), facts, has_sound=False)
    child = await Child.start(cutting_command(footage, stage.new_folder("bare"), SEGMENT_S))
    try:
        yield child
    finally:
        await child.stop()
