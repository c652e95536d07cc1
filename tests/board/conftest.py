"""What the board's stories share: the image, the film, the bench. `make test-board` runs them."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.board.bench import Bench
from tests.board.camera import Reel
from tests.board.card import Card, copy_sparse
from tests.board.payload import make_payload
from tests.board.steps import Steps
from tests.conftest import PROJECT_ROOT
from tests.stands.campaign import IS_FULL, QUICK_DISK
from tests.stands.ports import free_port
from tests.stands.storage_servers import StorageServer, serve

REPORTS = PROJECT_ROOT / "build" / "board-test"
FAILED = REPORTS / "failed"

BenchFactory = Callable[..., Bench]

only_in_full = pytest.mark.skipif(not IS_FULL, reason="takes minutes: with MOMENT_CAMPAIGN=full")


@pytest.fixture(scope="session")
def image() -> Path:
    """The built card image, or the one that `MOMENT_CARD` names."""
    path = Path(os.environ.get("MOMENT_CARD", PROJECT_ROOT / "build" / "card.img"))
    assert path.is_file(), f"there is no {path}: `make card` builds it"
    return path


@pytest.fixture(scope="session")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    """What the camera shows."""
    return Reel(tmp_path_factory.mktemp("film"))


@pytest.fixture(scope="session")
def payload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The disk with what the stories need inside."""
    return make_payload(tmp_path_factory.mktemp("payload"))


@pytest.fixture
def bench(image: Path, request: pytest.FixtureRequest) -> Iterator[BenchFactory]:
    """`bench(payload=None)`: a freshly flashed card, with boards to put it into; kept if the story fails."""
    failed_before = request.session.testsfailed
    # pytest's own folders are too long for sockets
    with tempfile.TemporaryDirectory(prefix="board-", dir=QUICK_DISK) as name:

        def make(*, payload: Path | None = None) -> Bench:
            folder = Path(name)
            return Bench(folder, Card.flash(image, folder / "card.img"), free_port(), payload)

        yield make
        if request.session.testsfailed > failed_before:
            _keep(Path(name), FAILED / request.node.name)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[StorageServer]:
    """The owner's storage: a WebDAV server on this machine."""
    folder = tmp_path / "storage"
    folder.mkdir()
    with serve("webdav", folder) as server:
        yield server


@pytest.fixture
def steps(request: pytest.FixtureRequest) -> Iterator[Steps]:
    """A story's steps, titled by the test's own first line; their table is kept when it ends, however it ends."""
    title = (request.function.__doc__ or request.node.name).strip().splitlines()[0].rstrip(".")
    taken = Steps(title)
    yield taken
    taken.write(REPORTS)


def _keep(folder: Path, target: Path) -> None:
    """A story's disks, the list of writes that one of them may have forgotten, and what the console said."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for file in (*folder.glob("*.img"), *folder.glob("*.log")):
        copy_sparse(file, target / file.name)
