"""An update on the card's first partition is taken, tried and kept; one that does not work is taken back."""

import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from appliance.update.outcome import Outcome
from tests.board.box import Box
from tests.board.camera import Reel
from tests.board.conftest import BenchFactory, only_in_full
from tests.board.machine import wait_until
from tests.board.owner import CAMERA, SHORT_RING, settings_file
from tests.board.steps import Steps
from tests.conftest import PROJECT_ROOT

pytestmark = [pytest.mark.board, only_in_full]

NEWER, BROKEN = "99.1", "99.2"
LIMIT_S = 600.0
OUTCOME = "/data/updates/outcome.json"


def bundle(folder: Path, version: str, *, first_words: str = "") -> Path:
    """A signed update: the image's own application with another number. `first_words`: its recorder's."""
    application = folder / version
    shutil.copytree(PROJECT_ROOT / "build" / "application", application, symlinks=True)
    (application / "version").write_text(f"{version}\n")
    package = application / "lib" / "appliance"
    numbered = re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', (package / "__init__.py").read_text())
    (package / "__init__.py").write_text(numbered)
    (package / "supervise.py").write_text(first_words + (package / "supervise.py").read_text())
    for name in ("__init__", "supervise"):
        for compiled in (package / "__pycache__").glob(f"{name}.*.pyc"):
            compiled.unlink()  # or it would be taken for what the changed source says
    argv = [str(PROJECT_ROOT / "image-build" / "bundle"), str(application), "--output", str(folder)]
    subprocess.run(argv, check=True, capture_output=True)
    (made,) = folder.glob(f"*{version}*.update")
    return made


@pytest.mark.timeout(2400)
def test_update(bench: BenchFactory, reel: Reel, steps: Steps, tmp_path: Path) -> None:
    """Updates."""
    here = bench()
    here.card.write({"moment.toml": settings_file(CAMERA, SHORT_RING)})
    with steps.step("two bundles are made: a newer version, and one that cannot start"):
        good, bad = bundle(tmp_path, NEWER), bundle(tmp_path, BROKEN, first_words="raise SystemExit(3)\n")
    with reel.playing(here.camera_port):
        here.card.put(good)
        with here.board() as box:
            with steps.step("the newer one is taken from the card's first partition, tried, and kept"):
                assert _outcome_of(box, NEWER).result == "installed"
            _records(box, steps)
            assert good.name not in here.card.boot_files()
            box.machine.power_off()
        here.card.put(bad)
        with here.board() as box:
            with steps.step("the one that cannot start is taken back"):
                assert _outcome_of(box, BROKEN).result == "went-back"
            _records(box, steps)
            box.machine.power_off()


def _outcome_of(box: Box, version: str) -> Outcome:
    """What became of a bundle, once the box has said so."""
    found: list[Outcome] = []

    def is_told() -> bool:
        told, said, _ = box.machine.shell.attempt(f"cat {OUTCOME}")
        if told == 0:
            found.append(msgspec.json.decode(said, type=Outcome))
        return bool(found) and found[-1].version == version

    wait_until(f"{version} was looked at", is_told, LIMIT_S, every_s=5.0)
    return found[-1]


def _records(box: Box, steps: Steps) -> None:
    with steps.step(f"version {NEWER} records"):
        assert box.wait_until_recording(LIMIT_S).version == NEWER
