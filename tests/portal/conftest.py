"""The pages before a stand-in of the recorder, over its real socket."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import pytest
from jinja2.bccache import Bucket, BytecodeCache
from setup_portal.app import pages
from setup_portal.gate import Gate
from setup_portal.idle import Idle
from setup_portal.keys import Keys
from setup_portal.store import Store

from appliance.control.standin import StandInService, StandInSupervisor
from tests.portal.visitor import HOME, Visitor

PASSWORD = "four plain little words"
LITTLE_COST = 2
"""Of a password's hash: nobody attacks it here. The process that a test starts takes the real one."""


class CompiledTemplates(BytecodeCache):
    """Every test has pages of its own; the templates are compiled once for all of them."""

    def __init__(self) -> None:
        self._known: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code
        self._known[bucket.key + bucket.checksum] = bucket.code


TEMPLATES = CompiledTemplates()


@dataclass
class Portal:
    """The pages' process, as far as its pages go. `restart` is a new process with the same folder."""

    folder: Path
    control: Path
    gate: Gate
    idle: Idle
    box_name: str = "moment"

    def restart(self) -> None:
        self.idle, self.gate = _started(self.folder, self.control, lambda: self.box_name)

    def phone(self, peer: str = "192.0.2.77") -> Visitor:
        """Somebody on the set-up network."""
        return Visitor(self.gate, peer=peer)

    def neighbour(self, peer: str = "192.168.7.99", host: str = "moment.local") -> Visitor:
        """Somebody on the home network."""
        return Visitor(self.gate, HOME, peer, host)

    def owner(self) -> Visitor:
        """Somebody on the set-up network who has set the password."""
        phone = self.phone()
        phone.send(phone.get("/password"), password=PASSWORD, again=PASSWORD)
        return phone


def _started(folder: Path, control: Path, box_name: object) -> tuple[Idle, Gate]:
    idle, store = Idle(None, 0.0), Store(folder)
    assert callable(box_name)
    app = pages(store, idle, str(control))
    app.jinja_env.bytecode_cache = TEMPLATES
    app.extensions["keys"] = Keys(store, cost=LITTLE_COST)
    return idle, Gate(app, idle, box_name)


@pytest.fixture
def service() -> StandInService:
    return StandInService()


@pytest.fixture
def control(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


@pytest.fixture
def supervisor(control: Path, service: StandInService) -> Iterator[StandInSupervisor]:
    with StandInSupervisor(control, service) as supervisor:
        yield supervisor


@pytest.fixture
def lonely(tmp_path: Path, control: Path) -> Portal:
    """The pages without a recorder."""
    idle, gate = _started(tmp_path / "pages", control, lambda: "moment")
    return Portal(tmp_path / "pages", control, gate, idle)


@pytest.fixture
def portal(lonely: Portal, supervisor: StandInSupervisor) -> Portal:
    """The pages before a recorder."""
    return lonely
