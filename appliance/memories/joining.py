"""The ffmpeg commands that make one MP4 of a part's runs, and a thumbnail of the MP4. Pure: paths in, argv out.

A run is read back to back (`concatf:`), so its time stamps run on exactly as the camera gave them, across a wrap
of the 33-bit clock too; the concat demuxer puts the runs one after the other and so closes the gaps.
Pieces of files are read in place (`subfile:`): nothing is copied.
"""

from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import ffmpeg

from appliance.memories.footage import Part
from appliance.memories.pieces import WHOLE, Slice
from appliance.memories.truth import describe_missing

MOOV_BYTES_A_FRAME = 36
"""Time (8), composition (8), size (4), chunk (16) at worst; 12 were measured with a steady frame rate."""
MOOV_BYTES_A_SOUND_FRAME = 24
SOUND_FRAMES_PER_S = 50
MOOV_BASE_BYTES = 65_536
PROTOCOLS = "file,concatf,subfile"
QUIET = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y")


def run_lists(part: Part, folder: Path, label: str) -> dict[Path, str]:
    """What to write into `folder` so that ffmpeg can read each of the part's runs; in their order."""
    return {
        folder / f"{label}-run{number}.txt": "".join(f"{_quoted(_address(one))}\n" for one in run.slices)
        for number, run in enumerate(part.runs)
    }


def joint_list(part: Part, lists: Iterable[Path], spans_s: list[float]) -> str:
    """What the join command begins with. `spans_s`: from each run's beginning to the next one's (`seams.py`)."""
    lines = ["ffconcat version 1.0"]
    for path, span_s in zip_longest(lists, spans_s):
        lines.append(f"file {_quoted(concatenation(path))}")
        if span_s is not None:
            lines.append(f"duration {span_s:.6f}")
    lines += _chapters(part, spans_s)
    return "\n".join(lines) + "\n"


def concatenation(run_list: Path) -> str:
    """A run's address for ffmpeg."""
    return f"concatf:{run_list}"


def _quoted(text: str) -> str:
    """A word of a list, whatever is in it (ffmpeg-utils(1), "Quoting and escaping")."""
    return "'" + text.replace("'", r"'\''") + "'"


def _address(one: Slice) -> str:
    path = one.path.absolute()
    return f"file:{path}" if one.end == WHOLE else f"subfile,,start,{one.start},end,{one.end},,:file:{path}"


def _chapters(part: Part, spans_s: list[float]) -> list[str]:
    """A chapter a run, when there is more than one: the gaps can be jumped to."""
    if len(part.runs) < 2:  # noqa: PLR2004 - one run has no gap inside
        return []
    lines, at_s = [], 0.0
    lengths_s = [*spans_s, part.runs[-1].duration_s] if spans_s else [run.duration_s for run in part.runs]
    for number, span_s in enumerate(lengths_s):
        lines.append(f"chapter {number} {at_s:.3f} {at_s + span_s:.3f}")
        at_s += span_s
    return lines


def join_command(
    part: Part, start: Path, target: Path, tags: dict[str, str], *, in_one_pass: bool, has_sound: bool = True
) -> list[str]:
    """Join by stream copy. `in_one_pass` reserves room for the index at the front, else the file is written twice."""
    source = ffmpeg.input(str(start), f="concat", safe=0, protocol_whitelist=PROTOCOLS)
    streams = [source["v:0"], *([source["a:0"]] if part.fingerprint.audio and has_sound else [])]
    options: dict[str, Any] = {"c": "copy", "f": "mp4", "map_metadata": -1, "map_chapters": 0}
    if part.fingerprint.video == "hevc":
        options["tag:v"] = "hvc1"  # Apple's players refuse hev1
    options |= {"moov_size": moov_bytes(part)} if in_one_pass else {"movflags": "+faststart"}
    options |= {f"metadata:g:{number}": f"{key}={value}" for number, (key, value) in enumerate(tags.items())}
    options |= {f"metadata:c:{number}": f"title={title}" for number, title in enumerate(_chapter_titles(part))}
    command = ffmpeg.output(*streams, str(target), **options).global_args(*QUIET, "-progress", "pipe:1").compile()
    return [str(word) for word in command]


def to_segments_command(video: Path, target: Path) -> list[str]:
    """Turn an MP4 of ours into one MPEG-TS file again, by stream copy."""
    source = ffmpeg.input(str(video))
    options = {"f": "mpegts", "c": "copy", "mpegts_flags": "initial_discontinuity"}
    command = ffmpeg.output(source["v:0"], source["a:0?"], str(target), **options).global_args(*QUIET).compile()
    return [str(word) for word in command]


def _chapter_titles(part: Part) -> list[str]:
    if len(part.runs) < 2:  # noqa: PLR2004 - see _chapters
        return []
    return [f"After a gap: {describe_missing(run.gap)}" if run.gap else "Footage" for run in part.runs]


def moov_bytes(part: Part) -> int:
    """Generous room for the file's index: too little makes ffmpeg fail, and the file is then written twice."""
    frames = part.duration_s * part.frames_per_s * 1.25
    sound = part.duration_s * SOUND_FRAMES_PER_S * bool(part.fingerprint.audio)
    tags = 4096 + 512 * len(part.runs)
    return int(MOOV_BASE_BYTES + tags + frames * MOOV_BYTES_A_FRAME + sound * MOOV_BYTES_A_SOUND_FRAME)


def thumbnail_command(video: Path, at_s: float, target: Path) -> list[str]:
    """A small JPEG of the last key frame before `at_s`: one frame is decoded."""
    source = ffmpeg.input(str(video), ss=f"{max(0.0, at_s):.3f}", noaccurate_seek=None, skip_frame="nokey")
    picture = source["v:0"].filter("scale", 320, -2)
    command = ffmpeg.output(picture, str(target), f="mjpeg", **{"frames:v": 1, "q:v": 4}).global_args(*QUIET).compile()
    return [str(word) for word in command]
