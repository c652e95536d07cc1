"""Makers' keys, and boxes that trust one of them."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.update.installing import Installing
from appliance.update.places import Places
from appliance.update.shelf import Steps
from appliance.update.trial import Trial
from appliance.update.versions import Versions
from tests.stands.applications import make_application

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Maker:
    """A pair of keys of minisign."""

    public: Path
    secret: Path


class UnhurriedSteps(Steps):
    """Without the one step that waits for everybody else's files on this machine."""

    def flush(self) -> None:
        pass


@dataclass
class Box:
    """A data part and a card."""

    places: Places
    steps: Steps = field(default_factory=UnhurriedSteps)

    @property
    def versions(self) -> Versions:
        return Versions(self.places, self.steps)

    def prepare(self, bundle: Path) -> Trial:
        return Installing(self.places, self.versions).prepare(bundle, was_recording=True)


def make_maker(cache: Path) -> Maker:
    script = ROOT / "image-build" / "update-key"
    environment = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run([script], env=environment, capture_output=True, text=True, check=True, timeout=60)
    public = Path(done.stdout.strip())
    return Maker(public, public.with_suffix(".key"))


def make_box(folder: Path, key: Path, base: str = "1.0") -> Box:
    make_application(folder / "card", base)
    places = Places(folder / "data", folder / "card", key, folder / "control.sock", folder / "safe")
    places.inbox.mkdir(parents=True)
    return Box(places)


@pytest.fixture(scope="session")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return make_maker(tmp_path_factory.mktemp("maker"))


@pytest.fixture
def box(tmp_path: Path, maker: Maker) -> Box:
    return make_box(tmp_path / "box", maker.public)
