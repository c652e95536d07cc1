"""Memories that are there: small films of this machine's own, entered by the archive itself."""

import os
from pathlib import Path

import ffmpeg

from appliance.bench.catalogued import entries
from appliance.bench.materials import run
from appliance.bench.stage import Stage
from appliance.memories.archive import Archive
from appliance.memories.model import Entry
from appliance.memories.truth import Truth

_WORDS = ("-nostdin", "-loglevel", "error")


async def lay_memories(stage: Stage, folder: Path, count: int) -> None:
    """Fill a folder of memories.

    They are links to one small film and one picture, which the archive finds in the folder and enters, one by one, by
    what each says of itself.
    """
    stage.say(f"laying {count:,} memories")
    _lay(folder, await stage.once(_film), await stage.once(_picture), entries(count))


def _lay(folder: Path, film: Path, picture: Path, wanted: list[Entry]) -> None:
    folder.mkdir(parents=True)
    archive, laid = Archive(folder), {entry.name: entry for entry in wanted}
    archive.open()
    for name in laid:
        os.link(film, folder / name)
        os.link(picture, archive.thumbnail(name))
    told = archive.reconcile(lambda path: _truth(laid[path.name]))
    assert len(told) == archive.count() == len(wanted), told[:3]
    archive.close()


def _truth(of: Entry) -> Truth:
    return Truth(
        id=of.id,
        claim=of.claim,
        part=of.part,
        parts=of.parts,
        press=of.press,
        asked_s=of.asked_s,
        got_s=of.got_s,
        gaps=of.gaps,
        window_start_s=of.window_start_s,
        first=of.first,
        last=of.last,
    )


async def _film(stage: Stage) -> Path:
    target = stage.new_folder("film") / "film.mp4"
    picture = ffmpeg.input("testsrc2=size=320x180:rate=10:duration=1", f="lavfi")
    output = ffmpeg.output(picture, str(target), **{"c:v": "libx264", "pix_fmt": "yuv420p"})
    await run(output.global_args(*_WORDS).compile())
    return target


async def _picture(stage: Stage) -> Path:
    target = stage.new_folder("picture") / "picture.jpg"
    output = ffmpeg.output(ffmpeg.input(str(await stage.once(_film))), str(target), **{"frames:v": 1, "q:v": 5})
    await run(output.global_args(*_WORDS).compile())
    return target
