"""The stand for assemblies: cut footage becomes a claim, the claim a file, through the real assembler."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

from msgspec import Struct, field

from appliance.bench.materials import SEGMENT_S, CutFootage
from appliance.bench.stage import Stage
from appliance.clock import SystemClock
from appliance.memories.archive import Archive
from appliance.memories.assembler import Assembler, Made
from appliance.memories.claims import Claims
from appliance.memories.model import Claim, ClaimedSegment
from appliance.memories.moment import press_of
from appliance.recording.segment import Key
from appliance.threads import in_thread


class Worker(ThreadPoolExecutor):
    """The archivist's thread, with a stop watch: seconds by the name of the work."""

    def __init__(self) -> None:
        super().__init__(1)
        self.took_s: dict[str, float] = {}

    def submit(self, work: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(self._do, work, args, kwargs)

    def _do(self, work: Any, args: Any, kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return work(*args, **kwargs)
        finally:
            self.took_s[work.__name__] = time.perf_counter() - began


class Assembled(Struct, frozen=True):
    """One assembly. `steps_s`: seconds of its steps; `total_s` ends with the file flushed under its temporary name."""

    made: Made
    total_s: float
    steps_s: dict[str, float] = field(default_factory=dict)


class Bench:
    """One claim on a stretch of footage, inside a `with`."""

    def __init__(self, stage: Stage, footage: CutFootage) -> None:
        self.folder = stage.new_folder("assembly")
        self._claims = Claims(self.folder)
        self._claims.prepare()
        self.claim = _claim(footage)
        sources = dict(zip((s.file_name for s in self.claim.segments), footage.segments, strict=True))
        self._claims.secure(self.claim, sources, [])
        self._worker = Worker()
        self._assembler = Assembler(self.folder, self._claims, self._worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown()

    async def assemble(self) -> Assembled:
        """Make the file."""
        self._worker.took_s.clear()
        ends: list[float] = []
        began = time.perf_counter()
        (made,) = await self._assembler.assemble(self.claim, lambda _: ends.append(time.perf_counter()))
        total_s = time.perf_counter() - began
        steps_s = dict(self._worker.took_s)
        steps_s["join"] = ends[-1] - began - steps_s["survey"]
        steps_s["thumbnail"] = total_s - sum(steps_s.values())
        return Assembled(made, total_s, steps_s)

    async def publish(self, made: Made) -> float:
        """Give it its name: seconds, nearly all of them for the SHA-256. The file is gone afterwards."""
        archive = Archive(self.folder)
        await in_thread(self._worker, archive.open)
        began = time.perf_counter()
        (entry,) = await in_thread(self._worker, archive.publish, self.claim, [made])
        took_s = time.perf_counter() - began
        await in_thread(self._worker, archive.delete, entry.name)
        await in_thread(self._worker, archive.close)
        return took_s


def _claim(footage: CutFootage) -> Claim:
    clock = SystemClock()
    at_s = clock.monotonic_s()
    began_s = at_s - footage.duration_s
    segments = [
        ClaimedSegment(0, number, began_s + number * SEGMENT_S, began_s + (number + 1) * SEGMENT_S, is_whole=True)
        for number in range(len(footage.segments))
    ]
    assert segments[-1].key == Key(0, len(segments) - 1)
    press = press_of(clock, at_s)
    return Claim("c-bench", "bench", press.file_stem, press, at_s, footage.duration_s, began_s, segments, [])
