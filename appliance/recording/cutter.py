"""The ffmpeg command that cuts a camera's stream into segments (promise R1)."""

from pathlib import Path

import ffmpeg

from appliance.camera.source import Footage


def cutting_command(footage: Footage, folder: Path, segment_s: float) -> list[str]:
    """The argument list of one epoch's ffmpeg.

    Segments are MPEG-TS, cut on key frames, with the time stamps running on. Tried with ffmpeg 5.1: only
    `-fflags +flush_packets` reaches the files behind the segment muxer (`-flush_packets 1` does not: bytes then
    arrive in steps of 256 KiB); `initial_discontinuity` lets the segments be read back to back as one stream
    without a word about the packet counters that start anew in each.
    """
    output = ffmpeg.output(
        *footage.streams,
        str(folder / "%06d.ts"),
        f="segment",
        segment_time=segment_s,
        segment_format="mpegts",
        segment_format_options="mpegts_flags=initial_discontinuity",
        fflags="+flush_packets",
        **footage.options,
    )
    command: list[str] = output.global_args("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error").compile()
    return command
