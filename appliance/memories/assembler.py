"""Claim → MP4 under a temporary name, proven to be whole (promise M3). Runs at the lowest priority."""

from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from appliance.child import GENTLY, Child
from appliance.durable import flush_file
from appliance.memories.claims import Claims
from appliance.memories.footage import Part, lead, survey
from appliance.memories.joining import (
    join_command,
    joint_list,
    run_lists,
    thumbnail_command,
    to_segments_command,
)
from appliance.memories.model import Claim, Leading
from appliance.memories.probing import Probed, ProbeError, probe, probe_extent
from appliance.memories.seams import spans
from appliance.memories.truth import Truth, tags
from appliance.threads import in_thread

TEMPORARY = ".assembling-"
MOST_SEAMS = 40
"""A memory of more runs, from a camera that flickers, is not worth a look at each: ffmpeg puts them end to end."""
NO_SOUND = "sample rate not set"
"""What ffmpeg says when a sound was announced and none came, as in the first instants after the camera began."""
TOLERANCE_S = 1.0
"""How much shorter than its footage a file may be before it counts as broken."""


class AssemblyError(Exception):
    """The file could not be made; the claim still holds the moment. The text is a sentence for the owner."""


class Made(Struct, frozen=True):
    """One MP4, flushed, still under its temporary name."""

    path: Path
    thumbnail: Path | None
    truth: Truth


class Assembler:
    """Makes the files of one claim at a time."""

    def __init__(self, folder: Path, claims: Claims, worker: Executor) -> None:
        self._folder = folder
        self._claims = claims
        self._worker = worker

    async def assemble(self, claim: Claim, progress: Callable[[float], None]) -> list[Made]:
        """Make every part of a claim's memory; `progress` is told from 0 to 1.

        Raises:
            AssemblyError: if no sound footage is left in the claim, or ffmpeg cannot join it. Nothing is left of it.
            OSError: if the disk fails or is full. Nothing is left of it.
        """
        try:
            return await self._assemble(claim, progress)
        except (AssemblyError, OSError):
            self.sweep(claim.folder)
            raise

    def sweep(self, claim_folder: str = "") -> None:
        """Remove what an interrupted assembly left, of one claim or of all."""
        for path in self._folder.glob(f"{TEMPORARY}{claim_folder}*"):
            path.unlink()

    async def _assemble(self, claim: Claim, progress: Callable[[float], None]) -> list[Made]:
        parts = await in_thread(self._worker, survey, claim, lambda key: self._claims.segment_path(claim, key))
        if claim.leading:
            path = await self._turn_back(claim, claim.leading)
            if not await in_thread(self._worker, lead, parts, claim.leading, path):
                raise AssemblyError(f"The earlier memory {claim.leading.file} cannot be read.")
        if not parts:
            raise AssemblyError("None of its pieces can be read: the card may be damaged.")
        whole_s = sum(part.duration_s for part in parts) or 1.0
        made: list[Made] = []
        for number, part in enumerate(parts, start=1):
            before_s = sum(earlier.duration_s for earlier in parts[: number - 1])
            tell = partial(_tell, progress, before_s, whole_s)
            made.append(await self._make(claim, part, (number, len(parts)), tell))
        return made

    async def _turn_back(self, claim: Claim, leading: Leading) -> Path:
        target = self._claims.path(claim) / "leading.ts"
        child = await Child.start([*GENTLY, *to_segments_command(self._folder / leading.file, target)])
        try:
            if await child.wait() != 0:
                raise AssemblyError(f"The earlier memory {leading.file} cannot be read: {child.last_words[-200:]}")
        finally:
            await child.stop()
        return target

    async def _make(self, claim: Claim, part: Part, number: tuple[int, int], progress: Callable[[float], None]) -> Made:
        target = self._folder / f"{TEMPORARY}{claim.folder}-{number[0]}.mp4"
        truth = _truth(claim, part, *number)
        await self._join(claim, part, truth, target, progress)
        found = await self._probe(target)
        if found.duration_s < part.duration_s - TOLERANCE_S:
            raise AssemblyError(f"Only {found.duration_s:.1f} s of {part.duration_s:.1f} s could be joined.")
        await in_thread(self._worker, flush_file, target)
        truth = msgspec.structs.replace(truth, got_s=found.duration_s)
        return Made(target, await self._thumbnail(target, found.duration_s), truth)

    async def _join(
        self, claim: Claim, part: Part, truth: Truth, target: Path, progress: Callable[[float], None]
    ) -> None:
        start = await in_thread(self._worker, _write_lists, part, self._claims.path(claim).absolute(), truth.part)
        told = tags(claim, truth, _start_wall_s(claim, part))
        words = ""
        for in_one_pass in (True, False):
            has_sound = NO_SOUND not in words
            command = join_command(part, start, target, told, in_one_pass=in_one_pass, has_sound=has_sound)
            child = await Child.start([*GENTLY, *command], output=PIPE)
            if await _follow(child, progress) == 0:
                return
            words = child.last_words
        raise AssemblyError(f"ffmpeg could not join it: {words.splitlines()[-1:] or 'no reason given'}")

    async def _probe(self, target: Path) -> Probed:
        try:
            return await in_thread(self._worker, probe, target)
        except ProbeError as error:
            raise AssemblyError(str(error)) from error

    async def _thumbnail(self, video: Path, duration_s: float) -> Path | None:
        """A memory without a thumbnail is still a memory: no error."""
        target = video.with_suffix(".jpg")
        child = await Child.start([*GENTLY, *thumbnail_command(video, duration_s - 5, target)])
        try:
            return target if await child.wait() == 0 and target.exists() else None
        finally:
            await child.stop()


def _write_lists(part: Part, folder: Path, number: int) -> Path:
    """Write what the join command reads; the list that it begins with."""
    lists = run_lists(part, folder, f"part{number}")
    for path, content in lists.items():
        path.write_text(content)
    start = folder / f"part{number}.ffconcat"
    start.write_text(joint_list(part, lists, _spans(part, lists)))
    return start


def _spans(part: Part, lists: Iterable[Path]) -> list[float]:
    """From each run's beginning to the next one's, or nothing: then ffmpeg puts them one after the other."""
    if not 1 < len(part.runs) <= MOST_SEAMS:
        return []
    try:
        extents = [probe_extent(path) for path in lists]
    except ProbeError:
        return []
    return spans(extents, [run.duration_s for run in part.runs], 1 / part.frames_per_s)


def _tell(progress: Callable[[float], None], before_s: float, whole_s: float, done_s: float) -> None:
    progress(min(1.0, (before_s + done_s) / whole_s))


async def _follow(child: Child, progress: Callable[[float], None]) -> int:
    """Tell ffmpeg's progress until it ends; its exit code."""
    try:
        async for line in child.output:
            key, _, value = line.decode().strip().partition("=")
            if key == "out_time_us" and value.lstrip("-").isdecimal():
                progress(max(0, int(value)) / 1e6)
        return await child.wait()
    finally:
        await child.stop()


def _truth(claim: Claim, part: Part, number: int, count: int) -> Truth:
    return Truth(
        id=claim.id,
        claim=claim.folder,
        part=number,
        parts=count,
        press=claim.press,
        asked_s=claim.asked_s,
        got_s=round(part.duration_s, 3),
        gaps=part.gaps,
        window_start_s=claim.window_start_s,
        first=claim.first,
        last=claim.last,
    )


def _start_wall_s(claim: Claim, part: Part) -> float:
    start_s = part.runs[0].pieces[0].segment.start_s
    return claim.press.wall_s + (start_s - claim.press.at_s)
