"""A ring on disk for looking back: real segments of real epochs, cut by ffmpeg as the recorder cuts them."""

import subprocess
from pathlib import Path

from appliance.control.messages import RingGap, RingSegment
from appliance.control.standin.ring import BEGAN_S, StandInRing

SEGMENT_S = 1.0
GAP_S = 20.0


def filled(folder: Path, epochs: int = 2, segments: int = 5, *, are_there: bool = False) -> StandInRing:
    """A ring of `epochs` with a gap between them. `are_there`: its files are."""
    ring = StandInRing(str(folder))
    ring.segments, ring.gaps = [], []
    for epoch in range(1, epochs + 1):
        began_s = BEGAN_S + (epoch - 1) * (segments * SEGMENT_S + GAP_S)
        if epoch > 1:
            ring.gaps.append(RingGap(began_s - GAP_S, GAP_S, "the camera was away"))
        if not are_there:
            _cut(folder / f"{epoch:08d}", segments)
        ring.segments += [_told(folder, epoch, number, began_s) for number in range(segments)]
    return ring


def _told(folder: Path, epoch: int, number: int, began_s: float) -> RingSegment:
    path = f"{epoch:08d}/{number:06d}.ts"
    size_bytes = (folder / path).stat().st_size
    return RingSegment(epoch, number, began_s + number * SEGMENT_S, SEGMENT_S, path, size_bytes)


def _cut(folder: Path, segments: int) -> None:
    folder.mkdir(parents=True)
    subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error",
         "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30", "-f", "lavfi", "-i", "sine=sample_rate=48000",
         "-t", f"{segments * SEGMENT_S}", "-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p",
         "-c:a", "aac", "-f", "segment", "-segment_time", f"{SEGMENT_S}", "-reset_timestamps", "0",
         "-segment_format", "mpegts", str(folder / "%06d.ts")],
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    for number in range(segments, len(list(folder.iterdir()))):
        (folder / f"{number:06d}.ts").unlink()  # the sound's last frame begins another
