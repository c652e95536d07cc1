"""What is read from ffprobe's report, and how long it is remembered."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.camera.probe import Glance, Probe, StreamFacts, read_report
from appliance.camera.source import CameraTroubleError

PICTURE = {"codec_type": "video", "codec_name": "h264", "width": 848, "height": 480}
SOUND = {"codec_type": "audio", "codec_name": "aac", "sample_rate": "48000", "channels": 2}


def report(*streams: dict[str, Any]) -> bytes:
    return json.dumps({"programs": [], "streams": streams}).encode()


def test_picture_and_sound_are_read() -> None:
    assert read_report(report(SOUND, PICTURE)) == StreamFacts("h264", "aac")


def test_sound_without_channels_is_none() -> None:
    assert read_report(report(PICTURE, SOUND | {"channels": 0})) == StreamFacts("h264", None, is_sure=False)


def test_a_data_stream_is_neither() -> None:
    assert read_report(report({"codec_type": "data"}, PICTURE)) == StreamFacts("h264", None)


def test_sound_alone_is_no_camera() -> None:
    assert read_report(report(SOUND)) is None


@given(
    st.binary()
    | st.recursive(st.none() | st.text(), lambda j: st.lists(j) | st.dictionaries(st.text(), j)).map(
        lambda j: json.dumps({"streams": j}).encode()
    )
)
def test_nonsense_is_no_camera(nonsense: bytes) -> None:
    assert read_report(nonsense) is None


class Hands:
    """A clock that tests turn."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Film:
    """Half a second of pictures in a file, which ffprobe reads like any camera."""

    def __init__(self, file: Path) -> None:
        self._file = file
        picture = b"FRAME\n" + bytes(16 * 16 * 3 // 2)
        file.write_bytes(b"YUV4MPEG2 W16 H16 F25:1 Ip C420jpeg\n" + picture * 12)

    def probe(self, hands: Hands, *looks: dict[str, str | int], glance: Glance | None = None) -> Probe:
        return Probe(str(self._file), *(looks or [{}]), name="film", if_silent="silent", glance=glance, now_s=hands)

    def vanish(self) -> None:
        self._file.unlink()


@pytest.fixture
def film(tmp_path: Path) -> Film:
    return Film(tmp_path / "film.y4m")


async def test_after_a_long_epoch_the_camera_is_not_asked_again(film: Film) -> None:
    hands = Hands()
    probe = film.probe(hands)
    async with probe.epoch() as facts:
        assert facts == StreamFacts("rawvideo", None)
        hands.now_s += 60
    film.vanish()

    async with probe.epoch() as remembered:
        assert remembered == facts


async def test_after_a_short_epoch_the_camera_is_asked_again(film: Film) -> None:
    probe = film.probe(Hands())
    async with probe.epoch():
        pass
    film.vanish()

    with pytest.raises(CameraTroubleError, match="film"):
        async with probe.epoch():
            pass


async def test_a_program_that_says_nothing_is_given_up_by_the_clock(tmp_path: Path) -> None:
    """A UDP port that nobody sends to, looked at for half a second."""
    probe = Probe("udp://127.0.0.1:0", {"f": "mpegts"}, name="x", if_silent="It is silent.", limit_s=0.5)

    with pytest.raises(CameraTroubleError, match=r"It is silent\."):
        async with probe.epoch():
            pass


@pytest.mark.parametrize("looks", [({}, {"no-such-option": 1}), ({"no-such-option": 1}, {})])
async def test_another_look_is_taken_only_where_the_quick_one_saw_nothing(
    film: Film, looks: tuple[dict[str, str | int], ...]
) -> None:
    async with film.probe(Hands(), *looks).epoch() as facts:
        assert facts.video_codec == "rawvideo"


@pytest.mark.parametrize("known", [StreamFacts("hevc", "aac"), None])
async def test_a_glance_comes_first_and_a_doubt_is_looked_into(known: StreamFacts | None, film: Film) -> None:
    async def glance() -> StreamFacts | None:
        return known

    async with film.probe(Hands(), glance=glance).epoch() as facts:
        assert facts == (known or StreamFacts("rawvideo", None))
