"""`kind = "auto"` through the whole appliance, on a machine without a camera."""

import pytest

from appliance.camera.candidates import find_cameras
from appliance.control.messages import Cameras
from tests.system.conftest import BoxFactory, wait_until


@pytest.mark.skipif(bool(find_cameras()), reason="this machine has a camera, which would be recorded")
def test_without_a_camera_the_box_says_so_and_goes_on_looking(box: BoxFactory) -> None:
    recorder = box(camera={"kind": "auto"})
    recorder.start(state=None)
    wait_until("it looked", lambda: recorder.state() == "no-camera", 60)

    status = recorder.status().recording
    assert status.camera == "the best camera that is found"
    assert status.reason is not None
    assert "plug one in, or switch one on" in status.reason
    with recorder.client(60) as client:
        told = client.ask(Cameras())
    assert (told.cameras[0].kind, told.cameras[0].is_recorded) == ("auto", True)
    assert recorder.moment("cameras").stdout.count("test-pattern") == 1
    wait_until("it looks again", lambda: recorder.status().recording.restarts > status.restarts, 60)
