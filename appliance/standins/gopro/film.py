"""What its preview shows: some seconds of a moving pattern, coded once and then played for ever."""

import subprocess
from pathlib import Path

RATE = 30
LENGTH_S = 4
_CODERS = {
    "h264": ["-c:v", "libx264", "-preset", "ultrafast", "-g", "15", "-bf", "0", "-b:v", "2500k", "-maxrate", "2500k"],
    "hevc": ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=15:bframes=0"],
}


def film(folder: Path, codec: str, size: str) -> Path:
    """The file in `folder`, made when it is not there yet."""
    path = folder / f"{codec}-{size}.mp4"
    if path.exists():
        return path
    source = f"testsrc2=size={size}:rate={RATE}:duration={LENGTH_S}"
    made = path.with_suffix(".new.mp4")
    coder = [*_CODERS[codec], "-bufsize", "2500k", "-pix_fmt", "yuv420p"]
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", source, *coder, str(made)]
    subprocess.run(command, check=True)
    made.replace(path)
    return path


def playing(path: Path) -> list[str]:
    """The arguments of an ffmpeg that plays it live, over and over, as MPEG-TS on the standard output."""
    source = ["-re", "-stream_loop", "-1", "-i", str(path), "-map", "0:v", "-c", "copy"]
    return ["ffmpeg", "-nostdin", "-v", "quiet", *source, "-f", "mpegts", "-flush_packets", "1", "pipe:1"]
