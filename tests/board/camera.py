"""The camera: a film that this machine sends to the box in real time, as MPEG-TS over UDP.

Every picture of the film is unlike every other, so whatever the box kept can be found in it, picture by picture.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.system.conftest import Film

RATE = 15
LENGTH_S = 600
"""Longer than any memory of the stories; then it begins anew."""
_PICTURE = f"testsrc2=size=640x360:rate={RATE}:duration={LENGTH_S}"
_SMALL_PACKETS = "pkt_size=1316"


class Reel:
    """The film; made once."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "film.ts"
        subprocess.run(
            [
                "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", _PICTURE,
                "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-b:v", "400k", "-maxrate", "500k",
                "-bufsize", "500k", "-g", str(RATE), "-pix_fmt", "yuv420p", "-f", "mpegts", str(self.path),
            ],
            check=True,
        )  # fmt: skip
        self._numbers = {picture: number for number, picture in enumerate(Film(self.path).slices())}

    @contextlib.contextmanager
    def playing(self, port: int) -> Iterator[None]:
        """Sent to this port of loopback, in real time, whoever listens."""
        argv = [
            "ffmpeg",
            "-nostdin",
            "-v",
            "quiet",
            "-re",
            "-stream_loop",
            "-1",
            "-i",
            str(self.path),
            "-c",
            "copy",
            "-f",
            "mpegts",
        ]
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *argv, f"udp://127.0.0.1:{port}?{_SMALL_PACKETS}"],
            stdin=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()

    def check(self, memory: Path, *, gaps: int) -> int:
        """How many pictures a memory has, once it is sure that it plays and shows the film.

        In order, nothing twice, and pictures missing in at most so many places.
        """
        film = Film(memory)
        film.decode()
        pictures = film.slices()
        numbers = [self._numbers.get(picture, -1) for picture in pictures]
        assert pictures, f"{memory} shows nothing"
        assert -1 not in numbers, f"{numbers.count(-1)} of {len(numbers)} pictures are not the camera's"
        length = len(self._numbers)
        steps = [(after - before) % length for before, after in pairwise(numbers)]
        assert all(0 < step < length // 2 for step in steps), "a picture is there twice, or out of order"
        jumps = sum(step > 1 for step in steps)
        assert jumps <= gaps, f"pictures are missing in {jumps} places, and {gaps} are told"
        return len(numbers)
