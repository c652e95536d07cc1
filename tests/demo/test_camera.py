"""The way from the recorder's process to the camera that stands in."""

import contextlib
import os
import socket
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from appliance.camera.gopro import GoProCamera
from appliance.camera.gopro_legacy import LegacyGoProCamera, Ports
from appliance.camera.radio import Radio
from appliance.camera.snapcam import SnapCamera
from appliance.camera.test_pattern import TestPattern
from appliance.command.arguments import STAND_INS
from appliance.configured.camera import RadioDoor
from appliance.demo.camera import NoStandInError, require_recorded, settings_below, source_of, stand_in
from appliance.demo.camera_wifi import reserved_port
from appliance.demo.legacy_gopro import legacy_gopro
from appliance.demo.place import Place, StandInKind
from appliance.settings.model import CameraSettings
from appliance.settings.reading import SettingsError, read_settings
from appliance.standins.snapcam import GATT

KINDS: tuple[StandInKind, ...] = get_args(StandInKind)


def below(kind: StandInKind) -> CameraSettings:
    return read_settings(settings_below(kind)).camera


def test_the_command_knows_all_kinds() -> None:
    assert STAND_INS == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_recorded_unless_the_demos_settings_want_another_camera(kind: StandInKind) -> None:
    camera = below(kind)
    assert camera.kind == kind
    require_recorded(kind, replace(camera, audio="none"), Path("var/moment.toml"))
    for other in (replace(camera, kind="test-pattern"), replace(camera, address="10.5.5.9")):
        with pytest.raises(SettingsError, match=r"^var/moment.toml wants another camera"):
            require_recorded(kind, other, Path("var/moment.toml"))


def test_the_snapcam_is_known_by_the_address_that_is_found() -> None:
    assert below("snapcam").address == GATT.address


@pytest.mark.parametrize(
    ("kind", "source"), [("gopro", GoProCamera), ("gopro-legacy", LegacyGoProCamera), ("snapcam", SnapCamera)]
)
def test_it_is_the_source_of_a_real_one(kind: StandInKind, source: type[object]) -> None:
    place = Place(address="127.0.0.2", ports=Ports(), port=5554)
    assert type(source_of(kind, place, below(kind), RadioDoor())) is source


async def test_a_gopro_is_there_until_the_context_is_left(tmp_path: Path) -> None:
    before = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
    radio: Radio = RadioDoor()
    async with stand_in("gopro", tmp_path / "films", lambda _: None) as camera:
        source = camera.source(below("gopro"), radio)
        assert isinstance(source, GoProCamera)
        host, _, port = source.name.removeprefix("GoPro at ").partition(":")
        socket.create_connection((host, int(port))).close()
        assert isinstance(camera.source(CameraSettings(), radio), TestPattern), "the pages may choose another"
        assert os.environ.get("DBUS_SYSTEM_BUS_ADDRESS") == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))


async def test_a_snapcams_bus_is_the_systems_for_as_long_as_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/before")
    async with stand_in("snapcam", tmp_path, lambda _: None):
        assert os.environ["DBUS_SYSTEM_BUS_ADDRESS"].startswith("unix:abstract=moment-demo-")
    assert os.environ["DBUS_SYSTEM_BUS_ADDRESS"] == "unix:path=/before"


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NoStandInError, match=r"cannot be made \(Not a directory\)"):
        async with stand_in("gopro", tmp_path / "file/films", lambda _: None):
            pass


async def test_an_old_gopro_streams_to_another_port_where_the_right_one_is_taken(
    tmp_path: Path, free_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async with legacy_gopro(tmp_path, free_port) as acting:
        assert acting.place.ports
        assert acting.place.ports.stream == free_port
    assert capsys.readouterr().err == ""

    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", free_port))
        async with legacy_gopro(tmp_path, free_port) as acting:
            assert acting.place.ports
            assert acting.place.ports.stream != free_port
    assert capsys.readouterr().err.startswith(f"Another program listens on UDP port {free_port}, the only one")


def test_a_reserved_port_stays_free_for_whoever_reserved_it() -> None:
    with reserved_port("127.0.0.3") as port:
        with contextlib.closing(socket.socket()) as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.3", port))  # without SO_REUSEADDR, as the kernel chooses ports
        for _ in range(2):
            with socket.create_server(("127.0.0.3", port)):
                socket.create_connection(("127.0.0.3", port)).close()
