"""The recorder as a service: it says when it is ready, feeds its watchdog, and writes its event log."""

import signal
import socket
from collections.abc import Callable
from pathlib import Path

from appliance.control.messages import ChangeSettings
from tests.conftest import RunningCamera
from tests.system.conftest import SHORT, BoxFactory

PATIENCE_S = 60


def test_a_service_tells_its_manager_how_it_is_and_leaves_a_log(
    box: BoxFactory, rtsp_camera_at: Callable[[int], RunningCamera], free_port: int, tmp_path: Path
) -> None:
    camera = rtsp_camera_at(free_port)
    events = tmp_path / "events.log"
    service = box(camera={"kind": "rtsp", "url": camera.url}, box={"event_log": str(events)})
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE_S)

        def hear_until(word: str) -> None:
            while word not in manager.recv(1000).decode():
                pass

        service.start(state=None, before=["env", f"NOTIFY_SOCKET={tmp_path / 'notify'}", "WATCHDOG_USEC=2000000"])
        assert manager.recv(1000) == b"READY=1"
        assert service.state() != "absent"
        hear_until("WATCHDOG=1\nSTATUS=recording")
        camera.kill()
        for _ in range(2):  # the camera is away, and asked for again and again
            hear_until("WATCHDOG=1\nSTATUS=no-camera: ")
        assert service.end(signal.SIGTERM) == 0
        hear_until("STOPPING=1")
    told = [line.partition(" after power-on: ")[2].partition(":")[0] for line in events.read_text().splitlines()]
    assert told[0].startswith("Moment Recorder")
    assert told.index("recording") < told.index("no-camera")


def test_another_life_with_new_settings_speaks_to_the_same_manager(box: BoxFactory, tmp_path: Path) -> None:
    """A manager that heard STOPPING would kill the next life; one that hears nothing of it, too."""
    service = box(**SHORT)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE_S)
        heard: list[str] = []

        def hear_until(word: str) -> None:
            while word not in (heard[-1:] or [""])[0]:
                heard.append(manager.recv(1000).decode())

        service.start(state=None, before=["env", f"NOTIFY_SOCKET={tmp_path / 'notify'}", "WATCHDOG_USEC=2000000"])
        hear_until("STATUS=recording")
        with service.client() as client:
            client.ask(ChangeSettings({"memories.minutes_per_step": 0.05}))
        for word in ("RELOADING=1", "READY=1", "STATUS=recording"):
            hear_until(word)
        assert "STOPPING=1" not in heard
        assert service.end(signal.SIGTERM) == 0
        hear_until("STOPPING=1")
