"""The whole service over real memories, asked as the server asks it; camera, ffmpeg and uploader are made up."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appliance.announcer import Announcer
from appliance.camera.choose import choose_source
from appliance.camera.finders import Findings
from appliance.card.meter import Meter
from appliance.control import messages
from appliance.control.errors import RefusedError
from appliance.control.messages import Answer, ServiceRequest
from appliance.found import Found
from appliance.network.joining import no_storage
from appliance.network.room import NetworkRoom
from appliance.network.setup_mode import Plan
from appliance.network.turns import Want
from appliance.panel.hardware import NoHardware
from appliance.panel.panel import Panel
from appliance.recording.recorder import Recorder
from appliance.recording.watcher import Watcher
from appliance.service.answers import Answers
from appliance.service.cameras import CameraDesk
from appliance.service.settings import SettingsDesk
from appliance.settings.model import CameraSettings, Settings
from appliance.settings.owners import OwnersSettings
from appliance.upload.model import Account, Progress, Summary
from appliance.vitals import Vitals
from tests.stands.memory_box import Box, ListAssembler, Reel
from tests.stands.rooms import HandStorage, HandUploads
from tests.stands.sys_card import SysCard

PACKETS = (bytes([0x47, 0x1F, 0xFF, 0x10]) + bytes(184)) * 40


def no_network(box: Box) -> NetworkRoom:
    """That of a machine whose network is not ours, and which nobody runs."""
    nobody = ThreadPoolExecutor(1)
    folder = box.memories_path / "network"
    return NetworkRoom(
        plan=Plan(), directory=folder, hotspot_file=folder / "hotspot.json", clock=box.clock, thread=nobody,
        listener=Announcer(3, box.log.append), wants=lambda _: Want(), reach=no_storage,
    )  # fmt: skip


async def a_webcam() -> Findings:
    return Findings([Found("v4l2", "A webcam", "/dev/video0")], [])


async def nothing_around() -> Findings:
    return Findings([], [])


class House:
    """A box with one memory, and its service."""

    def __init__(self, box: Box, watcher: Watcher) -> None:
        self.box = box
        self.uploads = HandUploads()
        announcer = Announcer(3, box.log.append)
        panel = Panel(
            hardware=NoHardware(), listener=announcer, holds_step=box.keeper.holds_step, seconds_per_step=3,
            clock=box.clock.monotonic_s,
        )  # fmt: skip
        recorder = Recorder(
            source=choose_source(kind="test-pattern", url="", device="", audio="none", transport="tcp"),
            store=box.store, watcher=watcher, clock=box.clock, listener=announcer, segment_s=1.0, first_reason="",
        )  # fmt: skip
        (box.memories_path / "sys").mkdir()
        self.card = SysCard(box.memories_path / "sys", box.memories_path)
        meter = Meter(box.memories_path, rated_terabytes=None, monotonic_s=box.clock.monotonic_s, sys=self.card.sys)
        self.taken_over: list[Settings] = []
        self.settings = SettingsDesk(
            OwnersSettings(None, None), box._archivist, take_over=self.taken_over.append, begin_anew=lambda: None
        )
        self.cameras = CameraDesk(
            recorded=CameraSettings(), name=lambda: "test pattern", taken=lambda: None, store=box.store,
            clock=box.clock, look_here=a_webcam, look_around=nothing_around,
        )  # fmt: skip
        self._answers = Answers(
            recorder=recorder, store=box.store, keeper=box.keeper, workshop=box.workshop, shelf=box.shelf,
            uploads=self.uploads, storage=HandStorage(), network=no_network(box), settings=self.settings,
            cameras=self.cameras,
            owners_folder=None, configured=Settings(), thread=box._archivist,
            panel=panel, meter=meter, vitals=Vitals(box.memories_path / "none"), clock=box.clock,
            announcer=announcer, folder="/m",
        )  # fmt: skip

    async def ask(self, request: ServiceRequest) -> Answer:
        return await self._answers.ask(request, lambda _: None)

    async def memory(self) -> messages.Memory:
        listed = await self.ask(messages.Memories())
        assert isinstance(listed, messages.MemoriesAnswer)
        return listed.memories[0]


@pytest.fixture
def reel(tmp_path: Path) -> Reel:
    for number in range(4):
        (tmp_path / f"{number}.ts").write_bytes(PACKETS)
    return Reel(sorted(tmp_path.glob("*.ts")), 1.0)


@pytest.fixture
async def house(tmp_path: Path, reel: Reel) -> AsyncIterator[House]:
    box = Box(tmp_path, reel, assembler=ListAssembler)
    await box.start()
    await box.connect()
    box.roll(3)
    await box.secured(moment := box.press(2.0))
    box.complete()
    await box.kept(moment)
    with Watcher() as watcher:
        yield House(box, watcher)
    await box.end()


async def test_every_memory_tells_how_its_upload_is(house: House) -> None:
    before = await house.memory()
    house.uploads.accounts[before.name] = Account("parked", "The password is wrong.", None, "garage:x", None)

    after = await house.memory()

    assert before.upload.state == "kept"
    assert after.upload == messages.MemoryUpload("parked", "The password is wrong.", None, "garage:x")


async def test_the_status_tells_how_the_upload_is(house: House) -> None:
    house.uploads.told = Summary("garage:", "uploading", None, 1, 2, 3, 4, "x.mp4", Progress(1, 2, 3.0, 4.0))

    status = await house.ask(messages.Status())

    assert isinstance(status, messages.StatusAnswer)
    far = messages.UploadProgress(1, 2, 3.0, 4.0)
    assert status.upload == messages.UploadStatus("garage:", "uploading", None, 1, 2, 3, 4, "x.mp4", far)
    assert status.memories.count == 1


async def test_the_status_tells_of_the_machine(house: House) -> None:
    house.box.clock.trusted = False

    status = await house.ask(messages.Status())

    assert isinstance(status, messages.StatusAnswer)
    assert status.machine
    assert (status.machine.now_s, status.machine.clock_is_trusted) == (house.box.clock.wall_s(), False)
    assert (status.machine.uptime_s, status.machine.temperature_c) == (house.box.clock.now_s, None)


async def test_the_status_tells_of_the_card(house: House) -> None:
    house.card.write(10_000_000_000_000)

    status = await house.ask(messages.Status())

    assert isinstance(status, messages.StatusAnswer)
    assert status.card
    assert (status.card.name, status.card.made, status.card.size_bytes) == ("SC32G", "03/2023", 32_000_000_000)
    assert status.card.life.months_left == 0


async def test_a_machine_without_a_card_tells_of_none(house: House) -> None:
    house.card.counter.unlink()

    status = await house.ask(messages.Status())

    assert isinstance(status, messages.StatusAnswer)
    assert status.card is None


async def test_a_memory_on_its_way_to_the_storage_is_not_deleted(house: House) -> None:
    name = (await house.memory()).name
    house.uploads.accounts[name] = Account("uploading", None, None, "garage:x")

    with pytest.raises(RefusedError) as refused:
        await house.ask(messages.Delete(name))

    assert refused.value.sentence == (
        f"{name} is on its way to the storage: cancel that first with `moment upload --cancel {name}`."
    )
    assert (house.box.memories_path / name).exists()


@pytest.mark.parametrize("state", ["kept", "waiting", "proven", "parked"])
async def test_any_other_memory_is_deleted(house: House, state: messages.UploadState) -> None:
    name = (await house.memory()).name
    house.uploads.accounts[name] = Account(state, None, None, None)

    assert await house.ask(messages.Delete(name)) == messages.Done(f"{name} is deleted.")
    assert not (house.box.memories_path / name).exists()


async def test_every_request_finds_its_room(house: House) -> None:
    assert await house.ask(messages.Upload(["a"])) == messages.UploadAnswer(["a"])
    assert isinstance(await house.ask(messages.StorageRemotes()), messages.RemotesAnswer)
    assert isinstance(await house.ask(messages.Ring()), messages.RingAnswer)
    assert isinstance(await house.ask(messages.Settings()), messages.SettingsAnswer)
    assert isinstance(await house.ask(messages.Cameras()), messages.CamerasAnswer)
    with pytest.raises(RefusedError, match="no box"):
        await house.ask(messages.FactoryReset([], "erase"))


async def test_a_stretch_is_kept_and_called_by_its_title(house: House) -> None:
    told = await house.ask(messages.Ring())
    assert isinstance(told, messages.RingAnswer)
    assert told.start_s is not None
    stretch = messages.Keep(told.start_s - 60, told.start_s + 0.5, " The fox ", wait=True)

    kept = await house.ask(stretch)

    assert isinstance(kept, messages.SaveAnswer)
    assert (kept.state, kept.remark) == (
        "kept", "60 s of that time are not in the ring: overwritten, or not recorded."
    )  # fmt: skip
    listed = await house.ask(messages.Memories(name=kept.name))
    assert isinstance(listed, messages.MemoriesAnswer)
    assert [(one.title, one.cause) for one in listed.memories] == [("The fox", "stretch")]
    for wrong in (messages.Keep(1.0, 2.0), messages.Keep(2e9, 3e9), messages.Keep(told.start_s + 1, told.start_s)):
        with pytest.raises(RefusedError, match="NOT SAVED"):
            await house.ask(wrong)


@pytest.mark.parametrize("is_inside", [False, True])
async def test_a_title_waits_for_the_archive_and_the_answer_does_not(house: House, is_inside: bool) -> None:
    ring = await house.ask(messages.Ring())
    assert isinstance(ring, messages.RingAnswer)
    assert ring.start_s is not None
    earlier = await house.memory()
    is_free = threading.Event()
    house.box._archivist.submit(is_free.wait)

    start_s = ring.start_s + (1.5 if is_inside else 0)
    try:
        async with asyncio.timeout(30):
            kept = await house.ask(messages.Keep(start_s, start_s + 0.5, "The fox"))
    finally:
        is_free.set()

    assert isinstance(kept, messages.SaveAnswer)
    assert (kept.id == earlier.id, "kept before" in (kept.remark or "")) == (is_inside, is_inside)
    await house.box.quiet()
    await asyncio.gather(*house._answers._presses._tasks)
    listed = await house.ask(messages.Memories(name=earlier.name if is_inside else kept.name))
    assert isinstance(listed, messages.MemoriesAnswer)
    assert [one.title for one in listed.memories] == ["The fox"]


async def test_memories_come_in_pages_described_and_a_deletion_is_undone(house: House) -> None:
    name = (await house.memory()).name
    await house.ask(messages.Describe(name, "The fox", "at night"))
    await house.ask(messages.Delete(name))
    deleted = await house.ask(messages.Deleted())
    assert await house.ask(messages.Undelete(name)) == messages.Done(f"{name} is back.")

    page = await house.ask(messages.Memories(limit=1))

    assert isinstance(deleted, messages.DeletedAnswer)
    assert [(one.name, one.title) for one in deleted.deleted] == [(name, "The fox")]
    assert (deleted.count, deleted.next) == (1, None)
    assert isinstance(page, messages.MemoriesAnswer)
    assert [(one.title, one.note) for one in page.memories] == [("The fox", "at night")]
    assert page.next is None
    with pytest.raises(RefusedError, match="first one"):
        await house.ask(messages.Memories(before="nonsense"))
    with pytest.raises(RefusedError, match="never deleted"):
        await house.ask(messages.Undelete(name))


async def test_what_the_card_does_not_take_is_told_and_costs_no_memory(house: House) -> None:
    """A folder that is gone stands for a card that cannot be written."""
    name = (await house.memory()).name
    for folder in (".trash", ".descriptions"):
        (house.box.memories_path / folder).rmdir()

    for request in (messages.Delete(name), messages.Describe(name, "The fox")):
        with pytest.raises(RefusedError, match="Nothing was changed: the card does not take it"):
            await house.ask(request)
    ring = await house.ask(messages.Ring())
    assert isinstance(ring, messages.RingAnswer)
    assert ring.start_s is not None
    kept = await house.ask(messages.Keep(ring.start_s, ring.start_s + 0.5, "The fox", wait=True))

    assert isinstance(kept, messages.SaveAnswer)
    assert (kept.state, kept.remark) == ("kept", None)
    assert any("title could not be written" in (word.sentence or "") for word in house.box.ear.words)
