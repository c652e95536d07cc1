"""Real input, live, through the ring into a memory: a GoPro's recording over UDP, and an RTSP camera."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.control.messages import RecordingChanged
from tests.conftest import RtspCameraFactory, RunningCamera, UdpSenderFactory
from tests.system.conftest import Box, BoxFactory, Film

SLOWEST_LOOK_S = 8.0
"""After this a camera that stays silent at the first look is given up."""


def test_a_gopro_over_udp_is_kept_bit_by_bit(box: BoxFactory, gopro_sample: Path, udp_sender: UdpSenderFactory) -> None:
    camera = udp_sender(gopro_sample)
    recorder = box(camera={"kind": "mpegts-udp", "url": camera.url}).start()
    recorder.wait_for_segments(7)

    saved = recorder.save(wait=True)

    film = Film(saved.path or "")
    film.decode()
    assert film.codecs() == ["h264", "aac"]
    assert film.size() == (848, 480)
    assert saved.gaps == []
    assert saved.got_s is not None
    assert saved.got_s >= 6
    sent, kept = Film(gopro_sample).slices(), film.slices()
    assert len(set(sent)) == len(sent), "no two pictures of the sample are alike: a place in it is certain"
    begin = sent.index(kept[0])
    assert kept == (sent * 3)[begin : begin + len(kept)]
    assert len(kept) >= 6 * 29


def test_an_rtsp_camera_that_dies_and_returns(
    box: BoxFactory, rtsp_camera_at: Callable[[int], RunningCamera], free_port: int
) -> None:
    """Segments of five seconds, the default: within one of them the state says that the camera is gone."""
    camera = rtsp_camera_at(free_port)
    recorder = box(camera={"kind": "rtsp", "url": camera.url}, ring={"segment_seconds": 5}).start()
    recorder.wait_for_segments(1)

    camera.kill()
    died_s = time.monotonic()
    recorder.wait_for("no-camera", 5)
    assert time.monotonic() - died_s <= 5
    reason = recorder.status().recording.reason
    assert reason
    assert f"rtsp://127.0.0.1:{free_port}/live" in reason
    time.sleep(1)  # a shorter gap would not be worth a word
    while_away = recorder.save(1, wait=True)
    assert while_away.gaps
    assert while_away.gaps[-1].length_s is not None
    assert 0 < while_away.gaps[-1].length_s <= time.monotonic() - died_s + 1
    assert f"rtsp://127.0.0.1:{free_port}/live" in while_away.gaps[-1].reason

    rtsp_camera_at(free_port)
    recorder.wait_for("recording")
    away_s = time.monotonic() - died_s
    after = recorder.save(1, wait=True)

    assert after.gaps is not None
    (gap,) = after.gaps
    assert gap.length_s is not None
    assert away_s - 3 <= gap.length_s <= away_s + 3
    assert f"rtsp://127.0.0.1:{free_port}/live" in gap.reason
    film = Film(after.path or "")
    film.decode()
    assert film.codecs() == ["h264", "aac"]
    assert len(film.chapters()) == 2, "the gap can be jumped to"
    assert gap.reason in film.chapters()[1]
    assert [memory.name for memory in recorder.kept()] == [after.name], "both presses became one memory"


def test_an_rtsp_camera_that_falls_silent(box: BoxFactory, rtsp_camera: RtspCameraFactory) -> None:
    camera = rtsp_camera()
    recorder = box(camera={"kind": "rtsp", "url": camera.url}, ring={"segment_seconds": 5}).start()
    recorder.wait_for_segments(1)

    camera.freeze()
    recorder.wait_for("stalled", 5)
    assert (recorder.status().recording.reason or "").startswith("no picture has arrived for")
    pressed = recorder.save(1)
    assert pressed.state == "secured"
    until_s = time.monotonic() + 1.5
    while time.monotonic() < until_s:
        assert recorder.state() != "recording", "what ffmpeg still had in hand is no sign of life"
    camera.thaw()
    recorder.wait_for("recording")
    recorder.wait_until_kept()

    (memory,) = recorder.kept()
    Film(memory.path).decode()
    assert memory.got_s >= 5


def encoded(file: Path, size: str) -> Path:
    picture, sound = f"testsrc2=size={size}:rate=30:duration=8", "sine=duration=8"
    sources = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run(["ffmpeg", "-v", "error", *sources, *coded, str(file)], check=True)
    return file


def test_a_camera_that_changes_its_resolution_gives_numbered_parts(
    box: BoxFactory, udp_sender: UdpSenderFactory, tmp_path: Path, free_port: int
) -> None:
    small, large = encoded(tmp_path / "small.mp4", "320x240"), encoded(tmp_path / "large.mp4", "640x360")
    before = udp_sender(small, port=free_port)
    recorder = box(camera={"kind": "mpegts-udp", "url": before.url}).start()
    recorder.wait_for_segments(3)
    before.kill()
    udp_sender(large, port=free_port)
    had = recorder.status().ring.segments
    recorder.wait_for_segments(had + 4)

    saved = recorder.save(0.5, wait=True)

    films = [Film(part) for part in saved.parts]
    assert {film.size() for film in films} == {(320, 240), (640, 360)}
    assert [film.size() for film in films] == sorted(film.size() for film in films)
    for number, film in enumerate(films, start=1):
        assert film.path.endswith(f"-MEMORY-part{number}.mp4")
        film.decode()
    memories = recorder.kept()
    assert {memory.id for memory in memories} == {saved.id}
    assert sorted(memory.part for memory in memories) == list(range(1, len(films) + 1))
    assert {memory.parts for memory in memories} == {len(films)}


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """Accepts every connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def check_no_camera(recorder: Box, within_s: float) -> str:
    recorder.start(state="no-camera", within_s=within_s)
    reason = recorder.status().recording.reason
    assert reason
    assert "\n" not in reason
    for said in (reason, recorder.log, recorder.moment("status").stdout, recorder.moment("status", "--json").stdout):
        assert "s3cret" not in said
    refused = recorder.moment("save")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("NOT SAVED: Nothing recorded yet")
    assert "s3cret" not in refused.stderr
    return reason


def test_a_camera_that_refuses(box: BoxFactory, free_port: int) -> None:
    recorder = box(camera={"kind": "rtsp", "url": f"rtsp://admin:s3cret@127.0.0.1:{free_port}/live"})
    assert "refuses the connection" in check_no_camera(recorder, 15)


def test_a_camera_that_never_answers(box: BoxFactory) -> None:
    with silent_server() as port:
        recorder = box(camera={"kind": "rtsp", "url": f"rtsp://admin:s3cret@127.0.0.1:{port}/live"})
        assert f"127.0.0.1:{port}" in check_no_camera(recorder, 2 * SLOWEST_LOOK_S)


@pytest.mark.parametrize(
    ("given", "word"), [({"path": "/elsewhere"}, "check the path"), ({"password": "wrong-s3cret"}, "password")]
)
def test_a_wrong_address(box: BoxFactory, rtsp_camera: RtspCameraFactory, given: dict[str, str], word: str) -> None:
    camera = rtsp_camera(user="admin", password="s3cret")
    address = camera.url.removeprefix("rtsp://").removesuffix("/live") + given.get("path", "/live")
    url = f"rtsp://admin:{given.get('password', 's3cret')}@{address}"
    assert word in check_no_camera(box(camera={"kind": "rtsp", "url": url}), 15)


def test_a_udp_port_where_nothing_arrives(box: BoxFactory, free_port: int) -> None:
    recorder = box(camera={"kind": "mpegts-udp", "url": f"udp://@:{free_port}"})
    assert "brings no picture" in check_no_camera(recorder, 2 * SLOWEST_LOOK_S)


def test_a_camera_that_stays_away_is_told_at_each_try_and_logged_once(box: BoxFactory, free_port: int) -> None:
    recorder = box(camera={"kind": "rtsp", "url": f"rtsp://127.0.0.1:{free_port}/live"}).start(state="no-camera")
    with recorder.client() as client:
        told = [event for event, _ in zip(client.events(), range(3), strict=False)]

    assert {(event.state, event.reason) for event in told if isinstance(event, RecordingChanged)} == {
        ("no-camera", recorder.status().recording.reason)
    }
    assert recorder.status().recording.restarts >= 3
    assert recorder.log.count("no-camera: ") == 1, recorder.log
