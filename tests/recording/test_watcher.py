"""News of real files that another process opens and closes."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.recording.watcher import FileNews, Watcher

WRITER = """
import os, sys, time
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    with open(f"{sys.argv[1]}/{number:06d}.ts", "wb", buffering=0) as file:
        for _ in range(20):
            file.write(b"G" * 188)
"""


def write_segments(folder: Path, first: int, last: int) -> None:
    subprocess.run([sys.executable, "-c", WRITER, str(folder), str(first), str(last)], check=True)


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    with Watcher() as started:
        yield started


async def heard(news: list[FileNews], count: int) -> list[tuple[str, int]]:
    """The news once there are so many, and a little later, so that one too many is seen."""
    async with asyncio.timeout(60):
        while len(news) < count:  # noqa: ASYNC110 - one too many is to be seen, too
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    return [(item.what, item.number) for item in news]


async def test_segments_are_told_in_order_with_their_times(watcher: Watcher, tmp_path: Path) -> None:
    news: list[FileNews] = []
    watcher.watch(tmp_path, news.append)
    before_s = time.monotonic()
    await asyncio.to_thread(write_segments, tmp_path, 0, 50)
    told = await heard(news, 100)
    assert told == [(what, number) for number in range(50) for what in ("opened", "closed")]
    times = [item.at_s for item in news]
    assert times == sorted(times)
    assert before_s < times[0] <= times[-1] < time.monotonic()


async def test_other_names_are_ignored(watcher: Watcher, tmp_path: Path) -> None:
    news: list[FileNews] = []
    watcher.watch(tmp_path, news.append)
    for name in ("epoch.json", ".epoch.json.new", "index", "a00000.ts", "00000.ts", "0000001.ts", "000001.mp4"):
        (tmp_path / name).write_bytes(b"content")
    (tmp_path / "000005.ts").write_bytes(b"content")
    assert await heard(news, 2) == [("opened", 5), ("closed", 5)]


async def test_reading_and_linking_are_no_news(watcher: Watcher, tmp_path: Path) -> None:
    """A claim links segments and reads them while the watch is on."""
    folder, claim = tmp_path / "ring", tmp_path / "claim"
    folder.mkdir()
    claim.mkdir()
    (folder / "000000.ts").write_bytes(b"content")
    news: list[FileNews] = []
    watcher.watch(folder, news.append)
    (claim / "000000.ts").hardlink_to(folder / "000000.ts")
    (folder / "000000.ts").read_bytes()
    (folder / "000000.ts").unlink()
    write_segments(folder, 7, 8)
    assert await heard(news, 2) == [("opened", 7), ("closed", 7)]


async def test_after_unwatch_nothing_is_told(watcher: Watcher, tmp_path: Path) -> None:
    news: list[FileNews] = []
    watcher.watch(tmp_path, news.append)
    write_segments(tmp_path, 0, 1)
    await heard(news, 2)
    watcher.unwatch()
    watcher.unwatch()
    write_segments(tmp_path, 1, 3)
    assert len(await heard(news, 2)) == 2


async def test_only_the_last_folder_is_watched(watcher: Watcher, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    old: list[FileNews] = []
    new: list[FileNews] = []
    watcher.watch(first, old.append)
    watcher.watch(second, new.append)
    write_segments(first, 0, 2)
    write_segments(second, 5, 6)
    assert await heard(new, 2) == [("opened", 5), ("closed", 5)]
    assert old == []


async def test_a_folder_that_is_gone_says_so(watcher: Watcher, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        watcher.watch(tmp_path / "nowhere", lambda _: None)
    news: list[FileNews] = []
    watcher.watch(tmp_path, news.append)
    write_segments(tmp_path, 0, 1)
    assert await heard(news, 2) == [("opened", 0), ("closed", 0)]


def test_news_after_the_loop_has_closed_disturb_nobody(tmp_path: Path) -> None:
    """The observer's thread lives a little longer than the loop."""
    with Watcher() as watcher:

        async def watch() -> None:
            watcher.watch(tmp_path, lambda _: None)

        asyncio.run(watch())
        write_segments(tmp_path, 0, 3)
        time.sleep(0.2)
        assert watcher._observer.is_alive()
