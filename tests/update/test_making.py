"""Makers' side."""

import io
import py_compile
import subprocess
from pathlib import Path

import pytest

from appliance.update.bundle import read_head
from appliance.update.making import UnfitFolderError, make_bundle
from appliance.update.manifest import parse_manifest
from tests.stands.applications import bundled, make_application
from tests.update.conftest import ROOT, Maker, make_maker


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path, maker: Maker) -> None:
    once, again = (bundled(tmp_path / name, maker.secret, "1.1") for name in ("once", "again"))
    assert once.read_bytes() == again.read_bytes()


def test_the_script_makes_a_bundle_with_the_machines_own_key(tmp_path: Path) -> None:
    maker = make_maker(tmp_path)
    application = make_application(tmp_path / "application", "1.1")
    argv = [
        str(ROOT / "image-build" / "bundle"),
        str(application),
        "--output",
        str(tmp_path),
        "--architecture",
        "x86_64",
    ]
    environment = {"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True, timeout=60)

    found = Path(done.stdout.strip())
    manifest = parse_manifest(read_head(io.BytesIO(found.read_bytes()), found.name).manifest)
    assert (found.name, manifest.version, manifest.architecture) == ("moment-recorder-1.1.update", "1.1", "x86_64")
    assert maker.secret.stat().st_mode & 0o077 == 0 or maker.secret.parent.stat().st_mode & 0o077 == 0


def test_a_maker_learns_what_no_box_would_take(tmp_path: Path, maker: Maker) -> None:
    def make(application: Path) -> None:
        make_bundle(application, maker.secret, tmp_path, architecture="aarch64", python="3.13")

    with pytest.raises(UnfitFolderError, match="is missing"):
        make(tmp_path)
    (tmp_path / "a").mkdir()
    application = make_application(tmp_path / "a" / "application", "1.1")
    py_compile.compile(str(application / "lib" / "appliance" / "supervise.py"), cfile=str(application / "x.pyc"))
    with pytest.raises(UnfitFolderError, match="unchecked-hash"):
        make(application)
    (application / "x.pyc").unlink()
    (application / "out").symlink_to("/etc")
    with pytest.raises(UnfitFolderError, match="somewhere else"):
        make(application)
    (application / "out").unlink()
    (application / "version").write_text("1.2\n")
    with pytest.raises(UnfitFolderError, match="both must be the same"):
        make(application)
