"""(c) and (d) Processor and memory of the supervisor and its ffmpeg while they record 8 Mbit/s.

A feeder plays one stream in real time to several listeners at once: the supervisor's ffmpeg, a bare ffmpeg with the
very same options, and a bare one that leaves its bytes in its buffer until 256 KiB are together. Whoever is the first
to get a packet pays for waking the processor up (a tenth was seen), so one more listener stands in front of them.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import ffmpeg
from msgspec import Struct

from appliance.bench.feeding import fed, free_ports, url
from appliance.bench.materials import SEGMENT_S
from appliance.bench.processes import Memory, cpu_s, memory_mib
from appliance.bench.report import Measurement, row
from appliance.bench.stage import Stage
from appliance.bench.supervised import Supervised, supervised
from appliance.camera.mpegts_udp import MpegtsUdpCamera
from appliance.child import Child
from appliance.recording.cutter import cutting_command

SUPERVISOR_PERCENT = 0.5
FFMPEG_RATIO = 1.10
SUPERVISOR_MIB = 32
_STEADY_AFTER_S = 5


class Recorded(Struct, frozen=True):
    """What a stretch of recording cost: percent of one core, and memory at its end."""

    seconds: float
    supervisor_percent: float
    ffmpeg_percent: float
    same_percent: float
    unflushed_percent: float
    supervisor: Memory
    ffmpeg: Memory


async def measure_processor(stage: Stage) -> Measurement:
    """(c)."""
    found = await stage.once(record)
    return Measurement(
        "c",
        "Processor while recording 8 Mbit/s",
        [
            row("supervisor", found.supervisor_percent, "% of a core", at_most=SUPERVISOR_PERCENT),
            row(
                "its ffmpeg",
                found.ffmpeg_percent,
                "% of a core",
                reference=found.same_percent,
                reference_is="bare, same options",
                ratio_at_most=FFMPEG_RATIO,
            ),
            row(
                "its ffmpeg",
                found.ffmpeg_percent,
                "% of a core",
                reference=found.unflushed_percent,
                reference_is="bare, without flushing each packet",
            ),
        ],
        [
            (
                f"Over {found.seconds:.0f} s, all threads, by the kernel's own clock of each process; one feeder "
                "plays the same stream to all ffmpegs at the same time over UDP. One more listener, which is not "
                "counted, is the first to get every packet: the first one pays for waking the processor up."
            ),
            "Each packet is flushed to the file so that a power cut costs little: the last row tells the price.",
        ],
    )


async def measure_memory(stage: Stage) -> Measurement:
    """(d)."""
    found = await stage.once(record)
    return Measurement(
        "d",
        "Memory while recording 8 Mbit/s",
        [
            row("supervisor, PSS", found.supervisor.pss_mib, "MiB", at_most=SUPERVISOR_MIB),
            row("supervisor, RSS", found.supervisor.rss_mib, "MiB"),
            row("its ffmpeg, PSS", found.ffmpeg.pss_mib, "MiB"),
            row("its ffmpeg, RSS", found.ffmpeg.rss_mib, "MiB"),
        ],
        [
            (
                f"After {found.seconds:.0f} s. PSS shares a page among the processes that map it; this bench is a "
                "Python too and the bare ffmpegs are ffmpegs, so that alone on a board the truth lies between PSS "
                "and RSS."
            ),
        ],
    )


async def record(stage: Stage) -> Recorded:
    """Record for a minute and see what it costs."""
    seconds = stage.size(60, 4)
    ports = free_ports(4)  # in the order in which a packet reaches them
    camera = f'kind = "mpegts-udp"\nurl = "{url(ports[2])}"'
    async with (
        fed(stage, ports),
        _bare(stage, ports[0], is_flushed=True),
        _bare(stage, ports[1], is_flushed=False) as unflushed,
        _bare(stage, ports[3], is_flushed=True) as same,
        supervised(stage.new_folder("recording"), stage.new_folder("ring"), camera) as supervisor,
    ):
        await supervisor.wait_until_recording()
        await asyncio.sleep(_STEADY_AFTER_S)
        stage.say(f"recording for {seconds} s")
        return await _watch(supervisor, same.pid, unflushed.pid, seconds)


async def _watch(supervisor: Supervised, same: int, unflushed: int, seconds: int) -> Recorded:
    pids = (supervisor.pid, supervisor.ffmpeg_pid, same, unflushed)
    before, began_s = [cpu_s(pid) for pid in pids], time.monotonic()
    await asyncio.sleep(seconds)
    took_s = time.monotonic() - began_s
    percent = ((cpu_s(pid) - was) / took_s * 100 for pid, was in zip(pids, before, strict=True))
    supervisor_percent, ffmpeg_percent, same_percent, unflushed_percent = percent
    assert supervisor.ffmpeg_pid == pids[1], "the camera was lost in between"
    return Recorded(
        seconds=took_s,
        supervisor_percent=supervisor_percent,
        ffmpeg_percent=ffmpeg_percent,
        same_percent=same_percent,
        unflushed_percent=unflushed_percent,
        supervisor=memory_mib(supervisor.pid),
        ffmpeg=memory_mib(supervisor.ffmpeg_pid),
    )


@asynccontextmanager
async def _bare(stage: Stage, port: int, *, is_flushed: bool) -> AsyncIterator[Child]:
    """The recorder's own ffmpeg command without a recorder; or a shorter one that does not flush."""
    folder = stage.new_folder("bare")
    async with MpegtsUdpCamera(url=url(port)).connect() as footage:
        command = cutting_command(footage, folder, SEGMENT_S) if is_flushed else _short_command(footage.streams, folder)
        child = await Child.start(command)
        try:
            yield child
        finally:
            await child.stop()


def _short_command(streams: tuple[object, ...], folder: Path) -> list[str]:
    output = ffmpeg.output(*streams, str(folder / "%06d.ts"), f="segment", segment_time=SEGMENT_S, c="copy")
    command: list[str] = output.global_args("-nostdin", "-nostats", "-loglevel", "error").compile()
    return command
