"""The effective settings, shown."""

import string
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.settings.model import (
    CameraSettings,
    ControlSettings,
    MemoriesSettings,
    PanelSettings,
    RingSettings,
    Settings,
)
from appliance.settings.reading import read_settings
from appliance.settings.showing import show_settings, star_url


def test_defaults_are_shown_with_every_key() -> None:
    shown = show_settings(Settings())

    for section in msgspec.structs.fields(Settings):
        assert f"[{section.name}]" in shown
        for key in msgspec.structs.fields(section.type):
            assert key.name in shown
    assert "capacity_bytes = 8000000000" in shown
    assert "# buzzer_pin is not set" in shown


numbers = st.floats(1, 60, allow_nan=False)
folders = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="~"), min_size=1, max_size=20)
any_settings = st.builds(
    Settings,
    camera=st.builds(
        CameraSettings,
        kind=st.just("test-pattern"),
        url=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="@="), max_size=20),
        device=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        audio=st.sampled_from(["auto", "none", "hw:1"]),
        transport=st.sampled_from(["tcp", "udp"]),
    ),
    ring=st.builds(
        RingSettings,
        directory=folders.map(lambda name: f"r/{name}"),
        capacity_bytes=st.integers(1_000_000, 10**15),
        segment_seconds=numbers,
    ),
    memories=st.builds(
        MemoriesSettings, directory=st.just("memories"), minutes_per_step=st.floats(0, 60, exclude_min=True)
    ),
    panel=st.builds(PanelSettings, buzzer_pin=st.none() | st.integers(0, 9)),
    control=st.builds(ControlSettings, socket=st.text("/." + string.ascii_letters, min_size=1, max_size=100)),
)


@settings(deadline=None)
@given(any_settings)
def test_what_is_shown_reads_back_equal(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> None:
    file = tmp_path_factory.getbasetemp() / "shown.toml"
    file.write_text(show_settings(settings), encoding="utf-8")

    assert read_settings(file) == settings


@pytest.mark.parametrize(
    ("url", "starred"),
    [
        ("rtsp://10.0.0.5/live", "rtsp://10.0.0.5/live"),
        ("rtsp://me:hunter2@10.0.0.5:554/live?channel=1", "rtsp://***@10.0.0.5:554/live?channel=1"),
        ("rtsp://me:hunt@er2@cam/", "rtsp://***@cam/"),
        ("rtsp://me:hunt/er2@cam/", "rtsp://***@cam/"),
        ("me:hunter2@cam", "***@cam"),
        ("rtsp://cam/user=me&password=hunter2&channel=1", "rtsp://cam/user=***&password=***&channel=1"),
        ("rtsp://cam/?pwd=hunter2", "rtsp://cam/?pwd=***"),
        ("udp://@239.0.0.1:1234?fifo_size=1000", "udp://@239.0.0.1:1234?fifo_size=1000"),
        ("", ""),
    ],
)
def test_secrets_in_a_url_are_starred(url: str, starred: str) -> None:
    assert star_url(url) == starred


def test_a_starred_file_still_reads(tmp_path: Path) -> None:
    file = tmp_path / "moment.toml"
    camera = CameraSettings(kind="rtsp", url="rtsp://me:hunter2@cam/live")
    file.write_text(show_settings(Settings(camera=camera)))

    assert read_settings(file).camera.url == "rtsp://***@cam/live"


PASSWORD_SIGNS = string.ascii_letters + string.digits + "!$&'()*+,;:@/?#[]%"


@settings(deadline=None)
@given(st.text(PASSWORD_SIGNS, min_size=1, max_size=20).map(lambda password: f"Xq7{password}"))
def test_no_password_survives(password: str) -> None:
    shown = show_settings(Settings(camera=CameraSettings(kind="rtsp", url=f"rtsp://owner:{password}@cam/live")))

    assert "Xq7" not in shown
    assert "owner" not in shown
