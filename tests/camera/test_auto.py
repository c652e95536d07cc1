"""The camera that chooses itself: sources are made up, looks are counted, the memory is a real file."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from appliance.camera.auto import LOOK_AROUND_EVERY_S, STEADY_AFTER_S, AutoCamera
from appliance.camera.finders import Findings
from appliance.camera.look_here import HANGS, LookHere
from appliance.camera.source import CameraTroubleError, Footage
from appliance.found import Found

WEBCAM = Found("v4l2", "Webcam", "/dev/video0", ("h264", "wired"))
GOPRO = Found("gopro", "HERO11", "172.27.189.51", ("h264", "wired"))
SNAPCAM = Found("snapcam", "SnapCam", "AA:BB")


class World:
    """What is there, and how often it was looked around."""

    def __init__(self, folder: Path) -> None:
        self.here: list[Found] = []
        self.around: list[Found] = []
        self.troubles: list[str] = []
        self.broken: set[str] = set()
        self.deaf: set[str] = set()
        self.looks = 0
        self.built: list[str] = []
        self.connected: list[str] = []
        self.now_s = 0.0
        self.file = folder / "camera" / "used.json"

    def camera(self, steady_after_s: float = 0.0) -> AutoCamera:
        return AutoCamera(
            build=lambda found: StandIn(self, found),
            look_here=LookHere(lambda: list(self.here)),
            look_around=self._look_around,
            remembered=self.file,
            now_s=lambda: self.now_s,
            steady_after_s=steady_after_s,
        )

    async def _look_around(self) -> Findings:
        self.looks += 1
        return Findings(list(self.around), list(self.troubles))


class StandIn:
    latency_s = 0.3
    start_limit_s = 7.0

    def __init__(self, world: World, found: Found) -> None:
        self.name = f"the {found.name}"
        self._world, self._found = world, found
        world.built.append(found.name)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        if self._found.name in self._world.broken:
            raise CameraTroubleError(f"{self.name} is broken.")
        self._world.connected.append(self._found.name)
        yield Footage((), {})


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def record(camera: AutoCamera, *, until_proven: bool = True) -> None:
    async with camera.connect():
        assert camera.taken is not None
        if until_proven:
            for _ in range(200):
                await asyncio.sleep(0.005)
                if not camera._failed and camera._used.last == camera.taken:
                    return
            raise AssertionError("it never proved itself")


async def test_the_best_is_taken_and_named(world: World) -> None:
    world.here, world.around = [WEBCAM], [GOPRO]
    camera = world.camera()
    assert camera.taken is None
    assert camera.start_limit_s > 60

    async with camera.connect():
        assert camera.taken == GOPRO
        assert camera.name == "the HERO11 (the best of 2 that are found)"
        assert (camera.latency_s, camera.start_limit_s) == (0.3, 7.0)

    assert camera.taken is None


async def test_the_camera_of_before_is_tried_at_once_and_over_a_restart(world: World) -> None:
    world.around = [SNAPCAM]
    await record(world.camera())
    world.here, world.around = [WEBCAM], [GOPRO, SNAPCAM]

    reborn = world.camera()
    async with reborn.connect():
        assert (reborn.taken, reborn.name) == (SNAPCAM, "the SnapCam (recorded before)")
    assert world.looks == 1


async def test_a_camera_that_is_gone_makes_way_and_is_found_again(world: World) -> None:
    world.here, world.around = [WEBCAM], [GOPRO]
    camera = world.camera()
    await record(camera)
    world.broken.add("HERO11")
    world.around = []

    with pytest.raises(CameraTroubleError, match="HERO11 is broken"):
        await record(camera)  # a hiccup would have been over by now
    world.now_s += LOOK_AROUND_EVERY_S
    await record(camera, until_proven=False)
    world.broken.clear()
    world.around, world.here = [GOPRO], []
    world.now_s += LOOK_AROUND_EVERY_S
    await record(camera, until_proven=False)

    assert world.connected == ["HERO11", "Webcam", "HERO11"]


async def test_a_broken_favourite_does_not_keep_the_others_away(world: World) -> None:
    world.here, world.around, world.broken = [WEBCAM], [GOPRO], {"HERO11"}
    camera = world.camera()

    with pytest.raises(CameraTroubleError, match="HERO11 is broken"):
        await record(camera)
    await record(camera)

    assert world.connected == ["Webcam"]


async def test_each_has_its_turn_when_all_fail(world: World) -> None:
    world.here, world.around, world.broken = [WEBCAM], [GOPRO], {"HERO11", "Webcam"}
    camera = world.camera()
    told = []
    for _ in range(4):
        with pytest.raises(CameraTroubleError) as trouble:
            await record(camera)
        told.append(str(trouble.value))
        world.now_s += LOOK_AROUND_EVERY_S

    assert [sentence.split()[1] for sentence in told] == ["HERO11", "Webcam", "HERO11", "Webcam"]


async def test_what_was_found_around_is_tried_again_before_the_next_look(world: World) -> None:
    world.around, world.broken = [GOPRO], {"HERO11"}
    camera = world.camera()
    for _ in range(3):
        with pytest.raises(CameraTroubleError, match="HERO11 is broken"):
            await record(camera)
    world.broken.clear()
    await record(camera)

    assert (world.connected, world.looks) == (["HERO11"], 1)


async def test_a_camera_that_is_tried_again_is_the_same_one(world: World) -> None:
    """It has learned which microphone fails, and where it was reached."""
    world.here = [WEBCAM]
    camera = world.camera(steady_after_s=100.0)
    for _ in range(3):
        await record(camera, until_proven=False)
    world.here, world.around = [], [GOPRO]
    world.now_s += LOOK_AROUND_EVERY_S
    await record(camera, until_proven=False)

    assert world.built == ["Webcam", "HERO11"]


async def test_a_short_connection_is_a_failure_of_its_camera(world: World) -> None:
    world.here, world.around = [WEBCAM], [GOPRO]
    camera = world.camera(steady_after_s=100.0)
    await record(camera, until_proven=False)
    world.now_s += LOOK_AROUND_EVERY_S
    await record(camera, until_proven=False)

    assert world.connected == ["HERO11", "Webcam"]
    assert not world.file.exists()


async def test_nothing_is_told_with_what_could_not_be_looked_for(world: World) -> None:
    world.troubles = ["GoPro cameras could not be looked for: Bluetooth is off."]
    camera = world.camera()

    for _ in range(2):
        with pytest.raises(CameraTroubleError, match=r"No camera is found.*Bluetooth is off"):
            await record(camera)
    assert world.looks == 1, "not around at every try"
    world.here = [WEBCAM]
    await record(camera)
    assert world.connected == ["Webcam"], "what is plugged in is seen at the next try"


async def test_a_camera_at_the_box_that_hangs_keeps_no_other_away(world: World) -> None:
    hanging = threading.Event()
    world.around = [GOPRO]
    camera = world.camera()
    camera._look_here = LookHere(lambda: [WEBCAM] if hanging.wait() else [], 0.05)
    await record(camera)
    world.around, world.broken = [], {"HERO11"}
    world.now_s += LOOK_AROUND_EVERY_S
    told = []
    for _ in range(2):
        with pytest.raises(CameraTroubleError) as trouble:
            await record(camera)
        told.append(str(trouble.value))
    hanging.set()

    assert world.connected == ["HERO11"]
    assert told == ["the HERO11 is broken.", f"No camera is found: plug one in, or switch one on. {HANGS}"]


async def test_one_that_never_brings_a_picture_is_given_up_before_it_has_proven_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be tried again and again, with another camera beside it."""
    monkeypatch.setattr(StandIn, "start_limit_s", 80.0)
    world.around = [SNAPCAM]
    camera = world.camera()
    async with camera.connect():
        assert camera.start_limit_s < STEADY_AFTER_S


async def test_what_is_there_but_in_trouble_says_why(world: World) -> None:
    world.here = [Found("v4l2", "Webcam", "/dev/video0", trouble="/dev/video0 is in use by another program.")]

    with pytest.raises(CameraTroubleError, match="in use by another program"):
        await record(world.camera())


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"kind": "kettle", "name": "K"}', b"\xff" * 5000, b'{"a":' + b"[" * 4000]
)
async def test_a_memory_that_is_nonsense_is_none(world: World, content: bytes) -> None:
    world.file.parent.mkdir()
    world.file.write_bytes(content)
    world.here = [WEBCAM]

    await record(world.camera())

    assert b"/dev/video0" in world.file.read_bytes()


async def test_a_memory_that_cannot_be_written_costs_nothing_else(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.file.parent.parent.joinpath("camera").write_text("a file where a folder should be")
    world.here = [WEBCAM]

    await record(world.camera())

    assert "cannot be remembered" in caplog.text
