"""Memories that are real files, small ones, for the stand-in to tell of."""

import subprocess
from pathlib import Path

from msgspec.structs import replace

from appliance.control.messages import Memory
from appliance.control.standin import StandInService
from appliance.control.standin.upload import KEPT


def make_film(path: Path) -> bytes:
    """One second of a test picture, as MP4."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=160x90:rate=10:duration=1",
         "-c:v", "libx264", "-preset", "ultrafast", "-movflags", "+faststart", "-y", str(path)],
        check=True,
    )  # fmt: skip
    return path.read_bytes()


def kept(folder: Path, number: int = 1, **different: object) -> Memory:
    """What the recorder would tell of a file in `folder`; the file itself is the caller's."""
    clock = f"12:{number // 60 % 60:02}:{number % 60:02}"
    name = f"2026-10-01T{clock.replace(':', '-')}-MEMORY.mp4"
    memory = Memory(
        name=name, path=str(folder / name), pressed_at=f"2026-10-01T{clock}.000+02:00",
        asked_s=180.0, got_s=185.0, gaps=[], size_bytes=123_456_789, sha256=f"{number:064x}", id=f"m{number}",
        time_quality="trusted", upload=KEPT,
    )  # fmt: skip
    return replace(memory, **different)


def keep(service: StandInService, folder: Path, number: int = 1, **different: object) -> Memory:
    """Have the stand-in tell of it."""
    memory = kept(folder, number, **different)
    service.kept.append(memory)
    return memory
