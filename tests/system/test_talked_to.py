"""Cameras that are talked to, each recorded by the whole box through all that it does wrong: what is kept plays.

Camera and box share a network of their own, so that each has the very ports of a real one.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.stands.campaign import IS_FULL
from tests.stands.figures import told
from tests.stands.live_camera import LiveCamera, live_camera
from tests.stands.own_network import in_own_network
from tests.system.conftest import Box, BoxFactory, Film, wait_until

BACK_WITHIN_S = 120.0
"""Patience, not a promise: the machine may be busy."""
SECONDS = 180 if IS_FULL else 6
AT_LEAST = 2 if IS_FULL else 1
"""Faults."""
SURVIVE = 0.98 if IS_FULL else 0.95
"""Of all pictures. Of some seconds there are too few to be judged by the promise: half of what it allows is usual."""
STEADY_S = 31.0
"""A connection that lasted for so long was no failure: the recorder tries anew at once."""
PROMISED_S = 8.0

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(3600)]


class Wrong(Struct, frozen=True):
    """Something that goes wrong. `do`, `undo`: what the camera is told; `ends`: whether the stream ends of it."""

    faults: dict[str, Any] = {}
    do: str = ""
    undo: str = ""
    ends: bool = True


class Kind(Struct, frozen=True):
    """A way to be recorded. `camera`: the box's settings; `rate`: pictures a second; `wrongs`: one in brief."""

    stands_in: str
    options: dict[str, Any]
    camera: dict[str, object]
    wrongs: list[Wrong]
    codec: str = "h264"
    rate: int = 30


SILENT = Wrong({"is_silent": True})
GOPRO_WRONGS = [
    SILENT,
    Wrong(do="press", undo="release"),
    Wrong(do="sleep", undo="wake"),
    Wrong({"is_silent": True, "refuses": ["/"]}),
    Wrong({"is_silent": True, "babbles": ["/gopro/camera/state"], "drops": ["/gopro/camera/keep_alive"]}),
    Wrong({"is_silent": True, "hangs": ["/"]}),
    Wrong({"refuses": ["/"]}, ends=False),
    Wrong(do="mode"),
]
LEGACY_WRONGS = [
    SILENT,
    Wrong({"is_silent": True, "refuses": 500}),
    Wrong({"is_silent": True, "is_asleep": True}),
    Wrong({"is_silent": True, "hangs": True}),
    Wrong({"is_silent": True, "babbles": True}),
    Wrong({"is_silent": True, "sees_nobody": True}),
    Wrong({"is_silent": True, "is_recording": True}),
    Wrong({"refuses": 500}, ends=False),
]
MIXED: dict[str, Any] = {"mixes": 6, "twice": 0.05}
SNAPCAM_WRONGS = [
    Wrong(MIXED, do="hang-up"),
    Wrong(MIXED | {"is_silent": True}),
    Wrong(MIXED | {"is_silent": True, "refuses": 453}),
    Wrong(MIXED | {"closes": True}, do="hang-up"),
    Wrong(MIXED | {"babbles": True}, do="hang-up"),
    Wrong(MIXED | {"is_silent": True, "hangs": True}),
    Wrong(MIXED, ends=False),
]
SMALL = {"size": "640x360"}
LEGACY_PORTS = {"control_port": 80, "greeting_port": 8554, "wake_port": 9}
KINDS = {
    "gopro, its preview over Wi-Fi": Kind(
        "gopro", {"port": 8080, "size": "640x360"}, {"kind": "gopro", "address": "127.0.0.1"}, GOPRO_WRONGS
    ),
    "gopro, its webcam over USB": Kind(
        "gopro",
        {"port": 8080, "size": "1280x720", "is_wired": True},
        {"kind": "gopro", "address": "127.0.0.1"},
        GOPRO_WRONGS,
    ),
    "gopro, HERO13, its preview of HEVC": Kind(
        "gopro",
        {"model": "HERO13", "port": 8080, "size": "640x360"},
        {"kind": "gopro", "address": "127.0.0.1"},
        GOPRO_WRONGS,
        codec="hevc",
    ),
    "gopro-legacy": Kind(
        "gopro-legacy",
        {"film": SMALL, **LEGACY_PORTS},
        {"kind": "gopro-legacy", "address": "127.0.0.2"},
        LEGACY_WRONGS,
    ),
    "snapcam, a transport stream": Kind(
        "snapcam", {"film": SMALL, "port": 554}, {"kind": "snapcam", "address": "127.0.0.3"}, SNAPCAM_WRONGS
    ),
    "snapcam, bare H.264": Kind(
        "snapcam",
        {"film": SMALL, "port": 554, "payload": "h264"},
        {"kind": "snapcam", "address": "127.0.0.3"},
        SNAPCAM_WRONGS,
    ),
}
ONE_OF_EACH = ["gopro, its preview over Wi-Fi", "gopro-legacy", "snapcam, a transport stream"]

Pair = Callable[..., tuple[LiveCamera, Box]]


@pytest.fixture
def pair(box: BoxFactory, film_folder: Path) -> Iterator[Pair]:
    """`pair(kind, **faults)`: a camera, wrong in these ways from its beginning, and the box that records it."""
    with ExitStack() as stack:

        def make(kind: Kind, **faults: Any) -> tuple[LiveCamera, Box]:
            options = kind.options | ({"folder": str(film_folder)} if kind.stands_in == "gopro" else {})
            camera = stack.enter_context(live_camera(kind.stands_in, network=in_own_network, **options))
            camera.wish(**faults)
            recorder = box(camera=kind.camera, memories={"minutes_per_step": (SECONDS + 60) / 60})
            recorder.start(before=camera.beside, within_s=BACK_WITHIN_S)
            return camera, recorder

        yield make


def record_on(recorder: Box, seconds: float = 2.0) -> None:
    """For so long, and at least two fresh segments."""
    recorder.wait_for("recording", BACK_WITHIN_S)
    until_s = time.monotonic() + seconds
    had = newest(recorder)
    wait_until("fresh segments", lambda: newest(recorder) >= had + 2, BACK_WITHIN_S)
    wait_until("so long", lambda: time.monotonic() >= until_s, BACK_WITHIN_S)


def newest(recorder: Box) -> int:
    """How many segments there ever were, in all epochs: none is given up in a ring so large."""
    return len(recorder.segments())


def go_wrong(camera: LiveCamera, recorder: Box, wrong: Wrong) -> None:
    """And become well again."""
    connections = recorder.status().recording.restarts
    camera.wish(wrong.do, **wrong.faults)
    if wrong.ends:
        wait_until("it has ended", lambda: recorder.status().recording.restarts > connections, BACK_WITHIN_S)
    else:
        record_on(recorder, 5.0)
        assert recorder.state() == "recording"
    camera.wish(wrong.undo)


@pytest.mark.parametrize("name", KINDS if IS_FULL else ONE_OF_EACH)
def test_it_is_recorded_through_its_faults_and_what_is_kept_plays(
    pair: Pair, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = KINDS[name]
    camera, recorder = pair(kind)
    began_s, count = time.monotonic(), 0
    while count < AT_LEAST or time.monotonic() - began_s < SECONDS:
        record_on(recorder)
        go_wrong(camera, recorder, kind.wrongs[count % len(kind.wrongs)])
        count += 1
    record_on(recorder)
    saved = recorder.save(wait=True)

    films = [Film(part) for part in saved.parts]
    for film in films:
        film.decode()
        assert film.codecs() == [kind.codec]
    assert saved.gaps, "it was away"
    assert all(gap.reason for gap in saved.gaps), "and it is told why"
    pictures = sum(len(film.picture_times_s()) for film in films)
    lost_s = sum(gap.length_s or 0.0 for gap in saved.gaps)
    seconds = saved.got_s or 0.0
    recorder.end()
    assert recorder.children() == []
    _say(
        capsys,
        f"{name}: {count} faults in {time.monotonic() - began_s:.0f} s; a memory of {seconds:.0f} s with "
        f"{pictures} pictures in {len(films)} files, all decoded; {len(saved.gaps)} gaps of {lost_s:.0f} s in all",
    )


@pytest.mark.parametrize("name", KINDS if IS_FULL else ONE_OF_EACH[-1:])
def test_of_a_hundred_packets_one_is_lost_and_98_of_100_pictures_arrive(
    pair: Pair, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = KINDS[name]
    more = MIXED if kind.stands_in == "snapcam" else {}
    _, recorder = pair(kind, loss=0.01, **more)
    wait_until("so many segments", lambda: newest(recorder) >= SECONDS + 1, 5 * SECONDS + 120)
    epochs: dict[Path, list[Path]] = {}
    for file in recorder.segments()[:-1]:
        epochs.setdefault(file.parent, []).append(file)
    found = [_pictures(files, kind.rate) for files in epochs.values()]
    arrived, whole = (sum(counts) for counts in zip(*found, strict=True))
    assert whole > kind.rate * SECONDS / 2
    _say(capsys, f"{name}, 1 % of its packets lost: {arrived} of {whole} pictures, {100 * arrived / whole:.2f} %")
    assert arrived >= SURVIVE * whole


def _pictures(files: list[Path], rate: int) -> tuple[int, int]:
    """How many there are in the segments of one epoch, and how many the camera has made of that time."""
    times = Film("concat:" + "|".join(map(str, files))).picture_times_s()
    return len(times), round((times[-1] - times[0]) * rate) + 1


@pytest.mark.parametrize("name", ONE_OF_EACH if IS_FULL else ONE_OF_EACH[:1])
def test_how_soon_a_camera_that_comes_back_is_recorded(
    pair: Pair, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told and judged in the figure's line, not by the test: it takes a quiet machine."""
    kind = KINDS[name]
    camera, recorder = pair(kind)
    away = AWAY[kind.stands_in]
    chance = random.Random(1)
    took_s = []
    for _ in range(24 if IS_FULL else 1):
        record_on(recorder, STEADY_S if IS_FULL else 0.0)
        camera.wish(away.do, **away.faults)
        wait_until("it is away", lambda: recorder.state() == "no-camera", BACK_WITHIN_S)
        time.sleep(chance.uniform(0, 30) if IS_FULL else 0)
        had = newest(recorder)
        camera.wish(away.undo)
        took_s.append(wait_until("a fresh segment", partial(_has_more, recorder, had), BACK_WITHIN_S))
    _say(capsys, told(f"{name}: from a camera that is back to a fresh segment", took_s, p95_at_most_s=PROMISED_S))


AWAY = {
    "gopro": Wrong(do="sleep", undo="wake"),
    "gopro-legacy": Wrong({"is_silent": True, "is_asleep": True}),
    "snapcam": Wrong({"closes": True}, do="hang-up"),
}


def _has_more(recorder: Box, had: int) -> bool:
    files = recorder.segments()
    return len(files) > had and files[-1].stat().st_size > 0


def _say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")
