"""One radio for a camera that is a Wi-Fi network itself and for the home network, through the whole appliance.

The radio is NetworkManager's stand-in on a bus of its own. The camera's pictures come over the loopback, whatever the
radio does: that nothing is recorded at home is the recorder's own doing. What a network that is tried has to prove is
seen here, too.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from appliance.control.messages import MemoryUpload, Network, WifiJoin
from appliance.control.messages.network import Attempt
from appliance.network.camera_radio import AWAY, LENT
from appliance.network.profiles import Wanted, home_settings
from appliance.network.standin.air import Router
from appliance.network.standin.service import StandInNetworkManager
from appliance.network.standin.state import Connection, State
from tests.stands.faults import Stall
from tests.stands.faulty_proxy import FaultyProxy
from tests.stands.private_bus import PrivateBus
from tests.stands.storage_servers import StorageServer, serve
from tests.system.conftest import Box, BoxFactory, wait_until
from tests.system.test_upload import press_upload, set_up, upload_of

HOME, CAMERA = Router(b"home", "wpa2", "correct horse"), Router(b"SnapCam_2264", "wpa2", "123456789")


@pytest.fixture
def air(tmp_path: Path) -> Iterator[StandInNetworkManager]:
    """Both networks are on the air; the home network is known, and not joined."""
    profile = home_settings(Wanted(HOME.ssid, HOME.password, "wpa2"), is_trial=False)
    told = {name: {key: (one.signature, one.value) for key, one in part.items()} for name, part in profile.items()}

    def plant(state: State) -> None:
        state.routers += [replace(HOME), replace(CAMERA)]
        path = "/org/freedesktop/NetworkManager/Settings/900"
        state.connections[path] = Connection(path, told, "disk")

    with PrivateBus(tmp_path) as bus, StandInNetworkManager(bus.address) as stand:
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = bus.address
        stand.start()
        stand.change(plant)
        yield stand
        del os.environ["DBUS_SYSTEM_BUS_ADDRESS"]


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[StorageServer]:
    folder = tmp_path / "the cloud"
    folder.mkdir()
    with serve("webdav", folder) as server:
        yield server


def radio_of(recorder: Box) -> str:
    with recorder.client() as client:
        return client.ask(Network()).radio or ""


def is_proven(upload: MemoryUpload) -> bool:
    return upload.state == "proven"


def started(box: BoxFactory, section: str) -> Box:
    """With its radio with the camera, which it leaves for who asks alone."""
    network = {"set_up": "asked", "camera_ssid": "SnapCam_2264", "camera_password": "123456789", "turn_memories": 0}
    recorder = box(upload={"remote": "garage:moments"}, network=network)
    set_up(recorder, section)
    recorder.start()
    wait_until("the radio is with the camera", lambda: "with the camera" in radio_of(recorder), 30)
    return recorder


def test_a_memory_goes_home_in_a_turn_and_the_gap_is_told(
    box: BoxFactory, storage: StorageServer, air: StandInNetworkManager
) -> None:
    recorder = started(box, storage.section("garage"))
    saved = recorder.save(wait=True)
    wait_until("it waits", lambda: upload_of(recorder, saved.name).reason == AWAY, 20)

    assert press_upload(recorder) == [saved.name]
    wait_until("recording stands still", lambda: recorder.status().recording.reason == LENT, 30)
    wait_until("it is proven", lambda: is_proven(upload_of(recorder, saved.name)), 60)
    wait_until("it records again", lambda: recorder.state() == "recording", 60)
    assert "with the camera" in radio_of(recorder)

    recorder.wait_for_segments(2)
    later = recorder.save(minutes=1.0, wait=True)
    told = next(memory for memory in recorder.kept() if memory.name == later.name)
    assert LENT in [gap.reason for gap in told.gaps]
    assert "ActivateConnection" in air.calls


def test_a_press_in_the_middle_of_a_turn_ends_it(
    box: BoxFactory, storage: StorageServer, air: StandInNetworkManager
) -> None:
    """The storage takes the file and comes to no end: nothing but the press ends this turn for minutes."""
    with FaultyProxy(storage.port, Stall()) as proxy:
        recorder = started(box, storage.section("garage", port=proxy.port))
        first = recorder.save(wait=True)
        press_upload(recorder)
        wait_until("it is on its way", lambda: proxy.connections > 0, 60)
        assert recorder.status().recording.reason == LENT

        pressed = recorder.save(minutes=1.0)
        assert pressed.state == "secured"
        wait_until("it records again", lambda: recorder.state() == "recording", 60)
        assert "with the camera" in radio_of(recorder)
        recorder.wait_until_kept()
        assert not is_proven(upload_of(recorder, first.name)), "what was on its way waits for another turn"

        had = recorder.status().ring.segments
        recorder.wait_for_segments(had + 2)
        later = recorder.save(minutes=1.0, wait=True)
        truth = next(memory for memory in recorder.kept() if memory.name == later.name)
        assert [gap.reason for gap in truth.gaps] == [LENT]


@pytest.mark.parametrize("password", ["", "of yesterday"])
def test_a_network_is_tried_with_the_storage_that_is_set_up(
    box: BoxFactory, storage: StorageServer, air: StandInNetworkManager, password: str
) -> None:
    recorder = box(upload={"remote": "garage:moments"}, network={"set_up": "asked"})
    set_up(recorder, storage.section("garage", password=password) if password else storage.section("garage"))
    recorder.start()
    with recorder.client() as client:
        client.ask(WifiJoin(HOME.ssid.hex(), HOME.password))

    wait_until("it is proven", lambda: attempt_of(recorder).state == "proven", 60)

    told = attempt_of(recorder)
    assert told.reason == ("no-storage" if password else None)
    assert ("The storage does not answer" in told.sentence) == bool(password)


def attempt_of(recorder: Box) -> Attempt:
    with recorder.client() as client:
        told = client.ask(Network()).attempt
    assert told
    return told
