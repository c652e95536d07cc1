"""Real rclones: servers on loopback for users of the room, and the room itself with a configuration in a folder."""

import fcntl
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from appliance.storage.model import Question, Ready, SignIn, Step
from appliance.storage.rclone import Rclone, find_rclone
from appliance.storage.room import StorageRoom
from tests.stands.oauth_provider import OAuthProvider, oauth_provider
from tests.stands.storage_servers import StorageServer, serve

PASSWORD = "pa`ss\"word'$(touch PWNED)"
"""A password that would do harm if a shell ever saw it."""
SIGN_IN_PORT = 53682


@pytest.fixture(scope="module")
def webdav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServer]:
    with serve("webdav", tmp_path_factory.mktemp("webdav"), password=PASSWORD) as served:
        yield served


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServer]:
    with serve("sftp", tmp_path_factory.mktemp("sftp"), password=PASSWORD) as served:
        yield served


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServer]:
    with serve("s3", tmp_path_factory.mktemp("s3"), user="ACCESS", password="SECRETSECRET") as served:
        yield served


@pytest.fixture
def provider() -> Iterator[OAuthProvider]:
    """Rclone's port for sign-ins is one for the whole machine: one such test at a time."""
    with Path(tempfile.gettempdir(), "moment-tests-sign-in.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with oauth_provider() as standing:
            yield standing


@dataclass
class Box:
    """A room with its configuration, and what it told."""

    config: Path
    room: StorageRoom
    changes: list[None] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.config.read_text() if self.config.exists() else ""


BoxFactory = Callable[..., Box]


@pytest_asyncio.fixture
async def make_box(tmp_path: Path) -> AsyncIterator[BoxFactory]:
    """`make_box(config=…, idle_s=…)`; every room is closed at the end and must leave nothing behind."""
    boxes: list[Box] = []

    def make(config: Path | None = None, idle_s: float = 900.0) -> Box:
        config = config or tmp_path / "data" / "rclone.conf"
        changes: list[None] = []
        room = StorageRoom(
            Rclone(config, find_rclone()), lambda: changes.append(None), explain=lambda log: log, idle_s=idle_s
        )
        boxes.append(Box(config, room, changes))
        return boxes[-1]

    yield make
    for box in boxes:
        await box.room.close()
    assert private_folders() == []


@pytest.fixture
def box(make_box: BoxFactory) -> Box:
    return make_box()


def private_folders() -> list[Path]:
    """What half-made things of this process lie around."""
    return list(Path(tempfile.gettempdir()).glob(f"moment-storage-{os.getpid()}-*"))


async def answered(box: Box, step: Step, answers: dict[str, str]) -> tuple[Step, list[str]]:
    """Answer every question, by its key or else with its default; the last step, and what was asked."""
    keys: list[str] = []
    while isinstance(step, Question) and step.trouble is None:
        keys.append(step.key)
        step = await box.room.answer(step.session, answers.get(step.key, ""))
    return step, keys


async def set_up(box: Box, name: str, kind: str, answers: dict[str, str]) -> list[str]:
    """Set a storage up to its end; what was asked."""
    step, keys = await answered(box, await box.room.begin(name, kind), answers)
    assert isinstance(step, Ready), step
    return keys


def as_question(step: Step) -> Question:
    assert isinstance(step, Question), step
    return step


def as_sign_in(step: Step) -> SignIn:
    assert isinstance(step, SignIn), step
    return step


def rcd_of(folder: Path) -> int:
    """The process whose command line names the folder."""
    found = [path.parent.name for path in Path("/proc").glob("[0-9]*/cmdline") if str(folder).encode() in _bytes(path)]
    return int(found[0])


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
