"""A storage is set up from the shell, as the owner does it: by the command, the running recorder and a real server."""

import json
from pathlib import Path

from tests.stands.ports import free_port
from tests.stands.storage_servers import PASSWORD, USER, serve
from tests.system.conftest import BoxFactory, wait_until


def test_a_storage_is_set_up_tested_listed_and_removed(box: BoxFactory, tmp_path: Path) -> None:
    cloud = tmp_path / "cloud"
    cloud.mkdir()
    camera = {"kind": "mpegts-udp", "url": f"udp://127.0.0.1:{free_port()}"}
    recorder = box(camera=camera, upload={"rclone_config": "data/rclone.conf"}).start(state=None)
    wait_until("somebody answers", lambda: recorder.state() != "absent")
    with serve("webdav", cloud) as storage:
        known = {"url": f"http://127.0.0.1:{storage.port}", "vendor": "other", "user": USER, "pass": PASSWORD}
        answers = [word for key, value in known.items() for word in ("--set", f"{key}={value}")]
        added = recorder.moment("storage", "add", "garage", "webdav", *answers)
        assert added.returncode == 0, added.stderr
        assert 'remote = "garage:moments"' in added.stdout
        assert PASSWORD not in added.stdout + added.stderr + recorder.log

        config = recorder.folder / "data" / "rclone.conf"
        assert config.stat().st_mode & 0o777 == 0o600
        assert PASSWORD not in config.read_text()
        tested = recorder.moment("storage", "test", "garage:moments", "--json")
        assert tested.returncode == 0, tested.stderr
        assert json.loads(tested.stdout)["proof"] == "size"
        assert not [path for path in cloud.rglob("*") if path.is_file()], "nothing is left of the test"

        listed = recorder.moment("storage", "list", "--json")
        assert [(one["name"], one["kind"]) for one in json.loads(listed.stdout)] == [("garage", "webdav")]
        again = recorder.moment("storage", "add", "garage", "webdav", *answers)
        assert (again.returncode, "garage" in again.stderr) == (1, True), again
        assert recorder.moment("storage", "remove", "garage", "--yes").returncode == 0
        assert "garage" not in config.read_text()
