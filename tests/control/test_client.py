"""The sync client against a real server in another thread."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.control.client import LOCAL_SOCKET, Client, find_socket
from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from appliance.control.messages import (
    CancelUpload,
    Delete,
    Departed,
    Done,
    Memories,
    MemoryChanged,
    Press,
    Question,
    Ready,
    RecordingChanged,
    Remote,
    Save,
    SaveAnswer,
    SignIn,
    Status,
    StorageAbort,
    StorageBackends,
    StorageBegin,
    StorageRemotes,
    StorageRemove,
    StorageReply,
    StorageTest,
    Upload,
    UploadAnswer,
)
from appliance.control.standin import StandInService, StandInSupervisor


@pytest.fixture
def service() -> StandInService:
    return StandInService()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


@pytest.fixture
def supervisor(path: Path, service: StandInService) -> Iterator[StandInSupervisor]:
    with StandInSupervisor(path, service) as supervisor:
        yield supervisor


@pytest.fixture
def client(path: Path, supervisor: StandInSupervisor) -> Iterator[Client]:
    with Client(str(path), timeout_s=10) as client:
        yield client


def test_every_request_gets_its_answer(client: Client, service: StandInService) -> None:
    assert client.ask(Status()).ring.seconds == 150.0
    assert client.ask(Save(minutes=2, pressed_at_s=5.5)).asked_s == 120.0
    assert isinstance(client.ask(Press(hold_s=6)), SaveAnswer)
    assert isinstance(client.ask(Press(hold_s=1, button="upload")), Done)
    newest, oldest = client.ask(Memories()).memories
    assert newest.pressed_at > oldest.pressed_at
    assert client.ask(Delete(oldest.name)).sentence == f"{oldest.name} is deleted."
    assert client.ask(Upload([newest.name])) == UploadAnswer([newest.name])
    assert client.ask(CancelUpload([])).names in ([], [newest.name])
    assert client.ask(Departed()).departed == []
    assert service.asked[0] == Save(minutes=2, pressed_at_s=5.5)


def test_a_storage_is_set_up_step_by_step(client: Client, service: StandInService) -> None:
    assert "drive" in {backend.kind for backend in client.ask(StorageBackends()).backends}
    question = client.ask(StorageBegin("garage", "webdav"))
    assert isinstance(question, Question)
    for value in ("https://x", "other", "", ""):
        question = client.ask(StorageReply(question.session, value))
        assert isinstance(question, Question)

    assert client.ask(StorageReply(question.session, "true")) == Ready(Remote("garage", "webdav"))
    assert client.ask(StorageRemotes()).remotes == [Remote("garage", "webdav")]
    assert client.ask(StorageTest("garage:moments")).proof == "sha256"
    assert isinstance(client.ask(StorageRemove("garage")), Done)


def test_a_set_up_that_is_given_up_is_over(client: Client, service: StandInService) -> None:
    step = client.ask(StorageBegin("cloud", "drive"))
    assert isinstance(step, SignIn)

    assert isinstance(client.ask(StorageAbort(step.session)), Done)
    with pytest.raises(RefusedError, match="This set-up is over"):
        client.ask(StorageReply(step.session, "x"))
    assert service.storage.set_ups == {}


def test_a_waiting_save_gives_events_and_the_answer_last(client: Client) -> None:
    *events, answer = client.ask_with_events(Save(wait=True))

    assert [event.progress for event in events if isinstance(event, MemoryChanged)] == [0.0, 0.5, 1.0]
    assert isinstance(answer, SaveAnswer)
    assert answer.state == "kept"


def test_ask_passes_over_events(client: Client) -> None:
    assert client.ask(Save(wait=True)).state == "kept"


def test_a_refusal_is_an_error_and_the_conversation_goes_on(client: Client) -> None:
    with pytest.raises(RefusedError, match=r"^There is no memory x\.mp4\.$") as caught:
        client.ask(Delete("x.mp4"))

    assert caught.value.sentence == str(caught.value)
    assert client.ask(Status()).lamp == "recording"


def test_events_are_heard_as_they_come(client: Client, supervisor: StandInSupervisor) -> None:
    client.subscribe()
    client.ask(Status())
    supervisor.publish(RecordingChanged("stalled", "why"))
    supervisor.publish(RecordingChanged("recording"))

    assert client.next_event(10) == RecordingChanged("stalled", "why")
    assert client.next_event(10) == RecordingChanged("recording")
    assert client.next_event(0.01) is None


def test_events_go_on_until_the_supervisor_ends(path: Path, service: StandInService) -> None:
    stop = threading.Event()
    with StandInSupervisor(path, service) as supervisor:
        client = Client(str(path))
        publisher = threading.Thread(target=publish_until, args=(supervisor, stop))
        publisher.start()
        events = client.events()
        heard = [next(events) for _ in range(3)]
        stop.set()
        publisher.join()

    with client, pytest.raises(GoneError):
        list(events)
    assert heard == [RecordingChanged("recording")] * 3


def publish_until(supervisor: StandInSupervisor, stop: threading.Event) -> None:
    while not stop.wait(0.01):
        supervisor.publish(RecordingChanged("recording"))


def test_a_stranger_is_refused(path: Path, service: StandInService) -> None:
    with (
        StandInSupervisor(path, service, allowed_uids=frozenset({os.getuid() + 1})),
        Client(str(path)) as client,
        pytest.raises(RefusedError, match="may not talk to the recorder"),
    ):
        client.ask(Status())


@pytest.mark.parametrize("kind", ["nothing", "file", "folder", "dead socket", "too long", "zero byte"])
def test_nobody_at_the_socket(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "control.sock"
    match kind:
        case "file":
            path.touch()
        case "folder":
            path.mkdir()
        case "dead socket":
            with socket.socket(socket.AF_UNIX) as dead:
                dead.bind(str(path))
        case "too long":
            path = tmp_path / ("x" * 200)
        case "zero byte":
            path = tmp_path / "a\0b"

    with pytest.raises(NoSupervisorError, match=r'start one with "moment run" or "moment demo"\.$'):
        Client(str(path))


class RudeServer:
    """Takes one connection, reads one line and answers with given bytes."""

    def __init__(self, path: Path, answer: bytes, *, hangs_up: bool) -> None:
        self._answer = answer
        self._hangs_up = hangs_up
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._may_end = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def end(self) -> None:
        self._may_end.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(self._answer)
            if not self._hangs_up:
                self._may_end.wait()


@pytest.mark.parametrize(
    ("answer", "hangs_up", "said"),
    [
        (b"", True, "hung up"),
        (b'{"is":"sta', True, "hung up"),
        (b"", False, r"has not answered for 0\.2 s"),
        (b'{"is":"sta', False, r"has not answered for 0\.2 s"),
        (b"garbage\n", False, "are both one version"),
        (b'{"is":"newer"}\n', False, "are both one version"),
        (b'{"is":"done"}\n', False, "are both one version"),
    ],
)
def test_a_supervisor_that_goes_or_talks_nonsense(path: Path, answer: bytes, hangs_up: bool, said: str) -> None:
    rude = RudeServer(path, answer, hangs_up=hangs_up)

    with Client(str(path), timeout_s=0.2) as client, pytest.raises(GoneError, match=said):
        client.ask(Status())
    rude.end()


def test_an_answer_in_pieces_and_a_long_one_are_whole(client: Client) -> None:
    for _ in range(600):
        client.ask(Save(minutes=1))

    assert len(client.ask(Memories()).memories) == 600


def test_the_given_socket_goes_first() -> None:
    assert find_socket("given", {"MOMENT_SOCKET": "named"}) == "given"


def test_the_environment_goes_second(tmp_path: Path) -> None:
    assert find_socket(None, {"MOMENT_SOCKET": "named"}, system_socket=str(tmp_path)) == "named"


def test_the_installed_recorder_goes_third(tmp_path: Path) -> None:
    assert find_socket(None, {"MOMENT_SOCKET": ""}, system_socket=str(tmp_path)) == str(tmp_path)


def test_the_local_one_goes_last(tmp_path: Path) -> None:
    assert find_socket(None, {}, system_socket=str(tmp_path / "absent")) == LOCAL_SOCKET
