"""The test pattern through real ffmpeg."""

from pathlib import Path

from appliance.camera.source import Source
from appliance.camera.test_pattern import TestPattern, find_font
from tests.camera.conftest import Cutter


async def test_it_records_picture_and_sound_in_real_time_with_a_key_frame_every_second(cut: Cutter) -> None:
    source: Source = TestPattern()
    recorded = await cut(source, 2.6)

    picture, sound = recorded.streams()
    assert (picture["codec_name"], sound["codec_name"]) == ("h264", "aac")
    assert (picture["width"], picture["height"], picture["r_frame_rate"]) == (640, 360, "30/1")
    assert (picture["profile"], picture["pix_fmt"]) == ("Constrained Baseline", "yuv420p")
    assert set(recorded.key_frame_distances_s()) == {1.0}
    assert len(recorded.segments) >= 2
    assert 60 <= recorded.pictures() <= 120
    assert recorded.footage.warning is None
    recorded.decode()


async def test_without_fonts_and_sound_it_still_records_segments_that_stand_alone(cut: Cutter, tmp_path: Path) -> None:
    """As bare streams, since ffmpeg's MPEG-TS muxer would add missing parameter sets itself."""
    source = TestPattern(size=(320, 180), rate=25, audio="none", fonts=tmp_path / "nothing")
    recorded = await cut(source, 2.2, "h264")

    (picture,) = recorded.streams()
    assert (picture["codec_name"], picture["width"], picture["height"]) == ("h264", 320, 180)
    assert len(recorded.segments) >= 2
    recorded.decode()


def test_a_font_is_found_and_names_that_a_filter_would_misread_are_not(tmp_path: Path) -> None:
    (tmp_path / "a:b's.ttf").touch()

    assert find_font(tmp_path) is None

    (tmp_path / "z").mkdir()
    for name in ("Aaa.ttf", "z/DejaVuSans.ttf"):
        (tmp_path / name).touch()

    assert find_font(tmp_path) == tmp_path / "z" / "DejaVuSans.ttf"
