"""The whole way: a press, a file, a copy at the owner's storage that is proven, and the truth told of it."""

import hashlib
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.control.messages import (
    CancelUpload,
    ChangeSettings,
    Departed,
    DepartedMemory,
    MemoryUpload,
    SettingsChanged,
    Upload,
)
from tests.stands.faulty_proxy import Answer, FaultyProxy, Refuse
from tests.stands.planted import plant
from tests.stands.ports import free_port
from tests.stands.processes import is_stopped
from tests.stands.storage_servers import StorageServer, serve
from tests.system.conftest import Box, BoxFactory, command_of, running_pids, session_of, wait_until


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[StorageServer]:
    """The owner's WebDAV server."""
    folder = tmp_path / "the cloud"
    folder.mkdir()
    with serve("webdav", folder) as server:
        yield server


def configured(box: BoxFactory, section: str, *, camera: dict[str, object] | None = None, **upload: object) -> Box:
    """A box whose storage `garage` is set up."""
    made = box(upload={"remote": "garage:moments", **upload}, **({"camera": camera} if camera else {}))
    set_up(made, section)
    return made


def set_up(recorder: Box, section: str) -> None:
    config = recorder.folder / "var" / "rclone.conf"
    config.parent.mkdir(exist_ok=True)
    config.write_text(section)
    config.chmod(0o600)


def blind() -> dict[str, object]:
    """A camera that never sends anything: the test is about what was kept before."""
    return {"kind": "mpegts-udp", "url": f"udp://127.0.0.1:{free_port()}"}


def started(recorder: Box) -> Box:
    """The same box, answering, whatever its camera does."""
    recorder.start(state=None)
    wait_until("somebody answers", lambda: recorder.state() != "absent")
    return recorder


def there(storage: StorageServer) -> dict[str, str]:
    """What lies at the storage: SHA-256 by path."""
    files = (path for path in storage.folder.rglob("*") if path.is_file())
    return {str(p.relative_to(storage.folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def upload_of(recorder: Box, name: str) -> MemoryUpload:
    """What is told of one memory's upload."""
    return next(memory.upload for memory in recorder.kept() if memory.name == name)


def wait_for(recorder: Box, name: str, state: str, within_s: float = 90) -> MemoryUpload:
    """What is told of a memory's upload the moment that it is in `state`."""
    seen: list[MemoryUpload] = []

    def is_so() -> bool:
        seen.append(upload_of(recorder, name))
        return seen[-1].state == state

    wait_until(f"{name} {state}\n{recorder.log}", is_so, within_s)
    return seen[-1]


def press_upload(recorder: Box, *names: str) -> list[str]:
    with recorder.client() as client:
        return client.ask(Upload(list(names))).names


def test_a_press_reaches_the_storage_when_the_owner_wants_it(box: BoxFactory, storage: StorageServer) -> None:
    recorder = configured(box, storage.section("garage"), behaviour="manual").start()
    recorder.wait_for_segments(2)
    saved = recorder.save(wait=True)
    wait_for(recorder, saved.name, "kept")
    assert recorder.status().upload.state == "idle"

    done = recorder.moment("upload", "--wait")

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    told = upload_of(recorder, saved.name)
    assert (told.state, told.reason, told.proof) == ("proven", None, "size")
    assert told.remote_path
    assert there(storage) == {told.remote_path.removeprefix("garage:"): saved.sha256}
    assert recorder.status().upload.state == "idle"
    assert Path(saved.path or "").exists()


def test_a_rule_that_is_changed_holds_at_once(box: BoxFactory, storage: StorageServer) -> None:
    recorder = configured(box, storage.section("garage"), camera=blind(), behaviour="manual")
    [old] = plant(recorder.memories, 1)
    started(recorder)
    wait_for(recorder, old.name, "kept")

    with recorder.client() as client:
        changed = client.ask(
            ChangeSettings({"upload.behaviour": "at-once", "upload.after_upload": "delete-when-proven"})
        )

    assert isinstance(changed, SettingsChanged)
    assert not changed.restarts
    wait_until(f"it has left the box\n{recorder.log}", lambda: recorder.files() == [], 90)
    assert list(there(storage).values()) == [old.sha256]
    assert recorder.log.count("ring in") == 1


def test_what_was_kept_before_goes_by_itself_and_then_leaves_the_box(box: BoxFactory, storage: StorageServer) -> None:
    recorder = configured(box, storage.section("garage"), camera=blind(), after_upload="delete-when-proven")
    old = plant(recorder.memories, 2)
    started(recorder)
    wait_until(f"both gone\n{recorder.log}", lambda: recorder.files() == [], 90)

    assert sorted(there(storage).values()) == sorted(entry.sha256 for entry in old)
    assert recorder.kept() == []
    departed = gone_from(recorder)
    assert [memory.name for memory in departed] == [entry.name for entry in reversed(old)]
    assert {memory.proof for memory in departed} == {"size"}

    assert recorder.end() == 0
    started(recorder)
    wait_until("a restart forgets nothing", lambda: gone_from(recorder) == departed)


def gone_from(recorder: Box) -> list[DepartedMemory]:
    with recorder.client() as client:
        return client.ask(Departed()).departed


def test_a_server_that_comes_back_gets_what_waited(box: BoxFactory, storage: StorageServer) -> None:
    with FaultyProxy(storage.port, Refuse()) as proxy:
        recorder = configured(box, storage.section("garage", port=proxy.port), camera=blind())
        first, second = plant(recorder.memories, 2)
        started(recorder)
        told = wait_for(recorder, second.name, "waiting")
        wait_until("the cause is told", lambda: "garage" in (upload_of(recorder, first.name).reason or ""), 60)
        wait_until("all wait", lambda: recorder.status().upload.state == "waiting")
        assert told.reason
        proxy.switch(Answer(401))
        press_upload(recorder)
        parked = wait_for(recorder, first.name, "parked")
        assert "password" in (parked.reason or "")
        wait_until("the lamp calls for the owner", lambda: recorder.status().lamp == "fault")
        assert recorder.status().upload.parked == 2

        assert recorder.end() == 0
        started(recorder)
        wait_for(recorder, first.name, "parked")  # it knows what it knew before
        assert rclone_of(recorder) is None, "not tried again and again"
        proxy.switch(Answer(500, methods=("NOTHING",)))
        assert len(press_upload(recorder)) == 2
        for entry in (first, second):
            wait_for(recorder, entry.name, "proven")
    assert sorted(there(storage).values()) == sorted([first.sha256, second.sha256])
    wait_until("the lamp calls no more", lambda: recorder.status().lamp != "fault")


def rclone_of(recorder: Box) -> int | None:
    """The process that copies a memory."""
    for pid in running_pids():
        if session_of(pid) == recorder.process.pid and " copyto " in command_of(pid):
            return pid
    return None


def test_a_press_goes_first_and_the_upload_goes_on_afterwards(box: BoxFactory, storage: StorageServer) -> None:
    recorder = configured(box, storage.section("garage"), limit_mbit_s=0.8)
    (old,) = plant(recorder.memories, 1, size_bytes=1_500_000)
    recorder.start()
    recorder.wait_for_segments(2)
    wait_until("it is on its way", lambda: rclone_of(recorder) is not None, 60)
    pid = rclone_of(recorder)
    assert pid
    assert not is_stopped(pid)

    recorder.save()
    wait_until("it stands still", lambda: is_stopped(pid))
    recorder.wait_until_kept()
    wait_until("it goes on", lambda: not is_stopped(pid))
    wait_for(recorder, old.name, "proven")
    assert old.sha256 in there(storage).values()


def test_a_memory_on_its_way_is_not_deleted_and_can_be_called_off(box: BoxFactory, storage: StorageServer) -> None:
    recorder = configured(box, storage.section("garage"), camera=blind(), limit_mbit_s=0.4)
    (old,) = plant(recorder.memories, 1, size_bytes=2_000_000)
    started(recorder)
    wait_until("it is on its way", lambda: rclone_of(recorder) is not None, 60)
    wait_for(recorder, old.name, "uploading")
    refused = recorder.moment("memory", "delete", old.name)
    assert (refused.returncode, "on its way" in refused.stderr) == (1, True), refused

    with recorder.client() as client:
        assert client.ask(CancelUpload([old.name])).names == [old.name]
    told = wait_for(recorder, old.name, "kept")
    assert "called off" in (told.reason or "")
    assert rclone_of(recorder) is None
    assert recorder.end() == 0
    started(recorder)
    wait_for(recorder, old.name, "kept")  # a restart does not forget it
    assert not [path for path in there(storage) if path.endswith(".mp4")]


def test_the_end_in_mid_upload_leaves_nothing_half(box: BoxFactory, storage: StorageServer) -> None:
    recorder = configured(box, storage.section("garage"), camera=blind(), limit_mbit_s=2)
    (old,) = plant(recorder.memories, 1, size_bytes=1_500_000)
    for how in (signal.SIGTERM, signal.SIGKILL):
        started(recorder)
        wait_until("bytes are on their way", lambda: any(storage.folder.rglob("*.partial")), 60)
        recorder.process.send_signal(how)
        recorder.process.wait(20)
        assert not [path for path in there(storage) if path.endswith(".mp4")]
        wait_until("its rclone ended too", lambda: recorder.children() == [])
    started(recorder)
    wait_for(recorder, old.name, "proven")
    assert list(there(storage).values()) == [old.sha256], "and the rests are swept"


def test_without_a_storage_everything_stays_and_says_why(box: BoxFactory) -> None:
    recorder = box(camera=blind())
    (old,) = plant(recorder.memories, 1)
    started(recorder)
    told = upload_of(recorder, old.name)
    assert told.state == "kept"
    assert "remote" in (told.reason or "")
    refused = recorder.moment("upload")
    assert (refused.returncode, "moment storage add" in refused.stderr) == (1, True), refused
    assert recorder.status().upload.state == "off"
