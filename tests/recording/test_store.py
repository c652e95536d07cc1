"""Ring and folder together: what is opened, closed, flushed and let go, and in which order it reaches the disk."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import msgspec
import pytest

from appliance.durable import free_bytes
from appliance.mpegts.packets import PACKET_BYTES
from appliance.recording.folder import RingFolder
from appliance.recording.rebuild import rebuild
from appliance.recording.ring import Ring
from appliance.recording.segment import Epoch, Key, Segment
from appliance.recording.store import RingStore, describe_now, first_reason
from appliance.recording.transport import fingerprint
from tests.recording.conftest import SteppableClock, names_in

SEGMENT = (b"\x47" + b"\0" * 187) * 10
MB = 1_000_000


@dataclass
class Bench:
    """A store, and a writer that does to its folder what ffmpeg does."""

    store: RingStore
    clock: SteppableClock
    flusher: ThreadPoolExecutor
    card: ThreadPoolExecutor

    def write(self, key: Key, content: bytes = SEGMENT) -> None:
        self.store.folder.path(key).write_bytes(content)

    async def record(self, number: int, content: bytes = SEGMENT, *, is_whole: bool = True) -> Segment | None:
        """One segment of the running epoch, from its opening until all of it is settled."""
        assert self.store._epoch is not None
        self.store.opened(number, self.clock.monotonic_s())
        self.write(Key(self.store._epoch.number, number), content)
        closed = self.store.closed(self.clock.monotonic_s(), is_whole=is_whole)
        await self.quiet()
        return closed[0] if closed else None

    async def quiet(self) -> None:
        """All that was begun is done."""
        loop = asyncio.get_running_loop()
        for thread in (self.card, self.flusher):
            await loop.run_in_executor(thread, int)
        await asyncio.sleep(0)

    def index(self, epoch: int) -> list[str]:
        return [line for line in (self.store.folder.epoch_path(epoch) / "index").read_text().splitlines() if line]


def segments_in(root: Path) -> set[Path]:
    return set(root.rglob("*.ts"))


@asynccontextmanager
async def bench(
    root: Path, *, capacity_bytes: int = 10**9, reserve_bytes: int = 0, clock: SteppableClock | None = None
) -> AsyncIterator[Bench]:
    now = clock or SteppableClock()
    with ThreadPoolExecutor(1) as card, ThreadPoolExecutor(1) as flusher:
        store = RingStore(
            Ring(capacity_bytes),
            RingFolder(root),
            card=card,
            flusher=flusher,
            clock=now,
            disk_reserve_bytes=reserve_bytes,
        )
        store.take(rebuild(store.folder, describe_now(now, 0, "", ""), 5.0))
        yield Bench(store, now, flusher, card)


# The order in which things reach the disk

TRACED = """
import asyncio, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from appliance.clock import SystemClock
from appliance.recording.folder import RingFolder
from appliance.recording.ring import Ring
from appliance.recording.store import RingStore

async def main(root):
    with ThreadPoolExecutor(1) as card, ThreadPoolExecutor(1) as flusher:
        clock = SystemClock()
        store = RingStore(Ring(10**9), RingFolder(root), card=card, flusher=flusher, clock=clock, disk_reserve_bytes=0)
        epoch = await store.begin_epoch("camera", "recording began")
        settled = []
        for number in range(4):
            store.opened(number, clock.monotonic_s())
            with (store.folder.epoch_path(epoch.number) / f"{number:06d}.ts").open("wb", buffering=0) as file:
                file.write(b"\\x47" + bytes(187))
            settled.append(store.closed(clock.monotonic_s(), is_whole=True)[1])
        await asyncio.gather(*settled)

asyncio.run(main(Path(sys.argv[1])))
"""


def trace(root: Path) -> list[tuple[str, str, str]]:
    """What the kernel was asked, in order: (call, file below `root`, the rest)."""
    if which("strace") is None:
        pytest.skip("strace is not installed: `scripts/system-packages test` installs it")
    log = root.parent / "trace"
    calls = "openat,write,fdatasync,fsync,rename,renameat,renameat2"
    command = ["strace", "-f", "-y", "-s", "200", "-o", str(log), "-e", f"trace={calls}", sys.executable, "-c", TRACED]
    done = subprocess.run([*command, str(root)], capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr.lower() and done.returncode:
        pytest.skip("this machine lets nobody trace")
    assert done.returncode == 0, done.stderr
    found = []
    begun: dict[str, str] = {}
    for line in log.read_text().splitlines():
        thread, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):  # it counts from when it is done
            begun[thread] = call.removesuffix("<unfinished ...>")
            continue
        if resumed := re.match(r"<\.\.\. \w+ resumed>", call):
            call = begun.pop(thread) + call[resumed.end() :]
        name, _, rest = call.partition("(")
        path = re.search(rf"{re.escape(str(root))}/?([^>\"]*)", rest)
        if path and "O_RDONLY" not in rest:
            found.append((name, path[1], rest))
    return found


def test_a_segment_is_on_the_disk_before_it_is_listed_and_an_epoch_is_described_before_its_first(
    tmp_path: Path,
) -> None:
    root = tmp_path / "ring"
    root.mkdir()
    calls = trace(root)

    def place(call: str, path: str, content: str = "") -> int:
        (found,) = [
            i for i, (name, on, rest) in enumerate(calls) if name.startswith(call) and on == path and content in rest
        ]
        return found

    temporary, segments = "00000000/.epoch.json.new", [f"00000000/{n:06d}.ts" for n in range(4)]
    description = [
        place("write", temporary),
        place("fsync", temporary),
        place("rename", temporary),
        place("fsync", "00000000"),
        place("fsync", ""),
        place("openat", segments[0]),
    ]
    assert description == sorted(description)
    for number, segment in enumerate(segments):
        written = place("write", segment)
        flushed = place("fdatasync", segment)
        listed = place("write", "00000000/index", f'"{number} ')
        assert written < flushed < listed
    flushes = [path for name, path, _ in calls if name == "fdatasync"]
    assert flushes == segments, "in their order, each once"


async def test_a_segment_is_unflushed_until_it_is_on_the_card(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.store.begin_epoch("camera", "why")
        may_go_on = asyncio.Event()
        loop = asyncio.get_running_loop()
        busy = loop.run_in_executor(
            b.flusher, lambda: asyncio.run_coroutine_threadsafe(may_go_on.wait(), loop).result(60)
        )
        at_s = b.clock.monotonic_s() - 20.0
        for number in range(3):
            b.store.opened(number, at_s)
            b.write(Key(0, number))
            assert b.store.closed(at_s + 5.0 * (number + 1), is_whole=True)
        assert [key.number for key in b.store.unflushed] == [0, 1, 2]
        assert b.store.unflushed_s == pytest.approx(15.0, abs=0.01)
        b.store.opened(3, at_s + 15.0)
        assert b.store.unflushed_s == pytest.approx(20.0, abs=0.5), "the open segment counts up to now"
        assert not (tmp_path / "00000000" / "index").exists()
        may_go_on.set()
        await busy
        await b.quiet()
        assert b.store.unflushed == {}
        assert b.store.unflushed_s == pytest.approx(5.0, abs=0.5)
        assert [line.split()[0] for line in b.index(0)] == ["0", "1", "2"]


# What the writer does


async def test_segments_follow_each_other_without_a_crack(tmp_path: Path) -> None:
    """The next one begins where the one before it ended; after a missing one, when it was opened."""
    async with bench(tmp_path) as b:
        await b.store.begin_epoch("camera", "why")
        for number, (opened_s, closed_s) in {0: (10.0, 15.0), 1: (15.2, 20.0), 3: (26.0, 31.0)}.items():
            b.store.opened(number, opened_s)
            b.write(Key(0, number))
            b.store.closed(closed_s, is_whole=True)
        assert [(s.start_s, s.end_s) for s in b.store.ring] == [(10.0, 15.0), (15.0, 20.0), (26.0, 31.0)]
        await b.store.begin_epoch("camera", "why")
        b.store.opened(4, 40.0)
        assert b.store.ring.open is not None
        assert b.store.ring.open.start_s == 40.0, "another epoch follows nobody"


async def test_growth_is_seen_on_the_disk(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        assert not b.store.grew(), "nothing is open"
        await b.store.begin_epoch("camera", "why")
        b.store.opened(0, 10.0)
        assert not b.store.grew(), "the file is not there yet"
        b.write(Key(0, 0), b"")
        assert not b.store.grew()
        b.write(Key(0, 0), b"12345")
        assert b.store.grew()
        assert b.store.ring.size_bytes == 5
        assert not b.store.grew()
        b.write(Key(0, 0), SEGMENT)
        assert b.store.grew()
        closed = b.store.closed(15.0, is_whole=True)
        assert closed is not None
        assert closed[0] == Segment(0, 0, 10.0, 15.0, len(SEGMENT))
        assert not b.store.grew()


@pytest.mark.parametrize("content", [b"", b"G" * (PACKET_BYTES - 1)])
async def test_a_segment_that_came_to_nothing_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    async with bench(tmp_path) as b:
        await b.store.begin_epoch("camera", "why")
        assert await b.record(0, content) is None
        assert len(b.store.ring) == 0
        assert b.store.ring.open is None
        assert b.store.unflushed == {}
        assert names_in(tmp_path, "**/*") == ["00000000", "epoch.json"]


async def test_a_close_before_its_opening_is_not_a_negative_length(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.store.begin_epoch("camera", "why")
        b.store.opened(0, 10.0)
        b.write(Key(0, 0))
        closed = b.store.closed(9.9, is_whole=True)
        assert closed is not None
        assert closed[0].duration_s == 0.0


async def test_settling_tells_what_the_segment_is_made_of(tmp_path: Path, footage: Callable[[str], list[Path]]) -> None:
    async with bench(tmp_path) as b:
        await b.store.begin_epoch("camera", "why")
        content = footage("h264")[0].read_bytes()
        b.store.opened(0, 10.0)
        b.write(Key(0, 0), content)
        closed = b.store.closed(15.0, is_whole=True)
        assert closed is not None
        assert await closed[1] == fingerprint(content)


async def test_a_card_that_does_not_take_a_segment_is_told_until_it_takes_one(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.store.begin_epoch("camera", "why")
        index = tmp_path / "00000000" / "index"
        index.mkdir()
        await b.record(0)
        assert b.store.trouble is not None
        assert b.store.trouble.startswith("The card did not take a segment (")
        index.rmdir()
        await b.record(1)
        assert b.store.trouble is None


# Epochs


async def test_an_epoch_that_brought_nothing_is_taken_over(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        for attempt in range(20):
            epoch = await b.store.begin_epoch("camera", f"failure {attempt}")
            assert epoch.number == 0
            await b.record(0, b"")
        assert names_in(tmp_path) == ["00000000"]
        described = msgspec.json.decode((tmp_path / "00000000" / "epoch.json").read_bytes(), type=Epoch)
        assert described.reason == "failure 19"
        assert b.store.ring.epochs[0] == described
        await b.record(0)
        assert (await b.store.begin_epoch("camera", "why")).number == 1


async def test_the_number_of_an_epoch_that_brought_footage_is_never_given_again(tmp_path: Path) -> None:
    """Not even when a short disk took all of it: a memory may hold those segments by their keys."""
    async with bench(tmp_path, capacity_bytes=100) as b:
        await b.store.begin_epoch("camera", "why")
        await b.record(0)
        await b.quiet()
        assert len(b.store.ring) == 0
        assert list(b.store.ring.epochs) == [0], "the running epoch is not forgotten"
        assert "epoch.json" in names_in(tmp_path / "00000000"), "its next segment needs the folder"
        assert (await b.store.begin_epoch("camera", "why")).number == 1
        assert (await b.store.begin_epoch("camera", "why")).number == 1


async def test_numbers_go_on_after_those_that_memories_know(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        b.store.take(rebuild(b.store.folder, describe_now(b.clock, 0, "", ""), 5.0), after_epoch=41)
        assert (await b.store.begin_epoch("camera", "why")).number == 42


async def test_a_ring_is_taken_up_where_an_earlier_life_left_it(tmp_path: Path) -> None:
    clock = SteppableClock()
    async with bench(tmp_path, clock=clock) as b:
        await b.store.begin_epoch("camera", "why")
        for number in range(3):
            await b.record(number)
        before = list(b.store.ring)
        b.store.opened(3, clock.monotonic_s())
        b.write(Key(0, 3))  # and then the power went
    async with bench(tmp_path, clock=clock) as b:
        *listed, cut_off = b.store.ring
        assert [(s.key, round(s.end_s, 3)) for s in listed] == [(s.key, round(s.end_s, 3)) for s in before]
        assert (cut_off.key, cut_off.is_whole) == (Key(0, 3), False)
        assert list(b.store.unflushed) == [Key(0, 3)], "it is brought to the card first of all"
        await b.quiet()
        assert b.store.unflushed == {}
        assert [line.split()[0] for line in b.index(0)] == ["0", "1", "2", "3"]
        assert (await b.store.begin_epoch("camera", "why")).number == 1
        assert first_reason(b.store.ring, "this boot") == "the recorder was restarted"
        assert first_reason(b.store.ring, "another boot") == "the box was restarted"
    assert first_reason(Ring(100), "any") == "recording began"


async def test_once_the_clock_is_trusted_the_running_epoch_is_described_anew(tmp_path: Path) -> None:
    clock = SteppableClock()
    clock.offset_s = 0.0
    async with bench(tmp_path, clock=clock) as b:
        await b.store.begin_epoch("camera", "why")
        await b.record(0)
        description = tmp_path / "00000000" / "epoch.json"
        assert not msgspec.json.decode(description.read_bytes(), type=Epoch).wall_is_trusted
        clock.offset_s, clock.trusted = 1_800_000_000.0, True
        await b.record(1)
        described = msgspec.json.decode(description.read_bytes(), type=Epoch)
        assert described.wall_is_trusted
        assert described.wall_offset_s == pytest.approx(1_800_000_000.0, abs=0.01)
        assert b.store.ring.epochs[0] == described
        assert (described.camera, described.reason, described.number) == ("camera", "why", 0)
        written = description.stat().st_ino
        await b.record(2)
        assert description.stat().st_ino == written, "once is enough"


# Room


async def test_eviction_removes_files_and_the_folders_of_which_nothing_is_left(tmp_path: Path) -> None:
    async with bench(tmp_path, capacity_bytes=8 * len(SEGMENT)) as b:
        for epoch in range(4):
            await b.store.begin_epoch("camera", "why")
            if epoch == 1:
                (tmp_path / "00000001" / "holiday.mp4").write_text("a stranger's")
                (tmp_path / "00000001" / "keep").mkdir()
            if epoch == 0:
                (tmp_path / "00000000" / ".epoch.json.new").touch()  # left by a kill -9
            for number in range(5):
                await b.record(number)
                await b.quiet()
                assert b.store.ring.size_bytes <= 8 * len(SEGMENT)
        in_ring = {b.store.folder.path(s.key) for s in b.store.ring}
        assert segments_in(tmp_path) == in_ring
        assert len(in_ring) == 6
        assert names_in(tmp_path) == ["00000001", "00000002", "00000003"]
        assert (tmp_path / "00000001" / "holiday.mp4").read_text() == "a stranger's"
        assert sorted(b.store.ring.epochs) == [2, 3]


async def test_an_evicted_segment_that_was_not_flushed_yet_is_no_trouble(tmp_path: Path) -> None:
    async with bench(tmp_path, capacity_bytes=100) as b:
        await b.store.begin_epoch("camera", "why")
        await b.record(0)
        await b.quiet()
        assert segments_in(tmp_path) == set()
        assert b.store.trouble is None
        assert b.store.unflushed == {}


async def test_the_ring_yields_when_the_disk_is_short(disk: Callable[[str], Path]) -> None:
    """On 40 MB with 4 MB in reserve a ring of 1 GB stays small, and gives room when a memory wants some."""
    root = disk("size=40m") / "ring"
    root.mkdir()
    async with bench(root, reserve_bytes=4 * MB) as b:
        await b.store.begin_epoch("camera", "why")
        for number in range(60):
            await b.record(number, b"\x47" * MB)
            await b.quiet()
            assert free_bytes(root) >= 4 * MB
            assert b.store.trouble is None
        kept = [segment.number for segment in b.store.ring]
        assert kept == list(range(60 - len(kept), 60))
        assert 30 <= len(kept) <= 36
        await b.store.make_room(10 * MB)
        assert free_bytes(root) >= 14 * MB
        kept = [segment.number for segment in b.store.ring]
        assert 20 <= len(kept) <= 26
        assert {p.name for p in root.rglob("*.ts")} == {f"{n:06d}.ts" for n in kept}

        (root / "stranger").write_bytes(bytes(12 * MB))
        await b.store.make_room()
        assert free_bytes(root) >= 4 * MB
        assert len(b.store.ring) >= 14
        assert "stranger" in names_in(root), "it is not ours to remove"


async def test_a_disk_that_others_filled_leaves_an_empty_ring_and_no_error(disk: Callable[[str], Path]) -> None:
    root = disk("size=10m") / "ring"
    root.mkdir()
    async with bench(root, reserve_bytes=4 * MB) as b:
        await b.store.begin_epoch("camera", "why")
        await b.record(0, b"\x47" * MB)
        (root / "stranger").write_bytes(bytes(7 * MB))
        await b.store.make_room()
        assert len(b.store.ring) == 0
        await b.store.make_room(100 * MB)
        assert len(b.store.ring) == 0


async def test_make_room_is_done_when_the_files_are_gone(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.store.begin_epoch("camera", "why")
        for number in range(10):
            await b.record(number)
        assert b.store.make_room().done(), "nothing to do"
        b.store.ring.capacity_bytes = 5 * len(SEGMENT)
        await b.store.make_room()
        assert len(segments_in(tmp_path)) == 3
