"""Bundles as makers make them, and as others would like a box to take them."""

import io
import lzma
import platform
import subprocess
import tarfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.update.bundle import MANIFEST, PAYLOAD, SIGNATURE, read_head
from appliance.update.making import make_bundle
from appliance.update.manifest import Manifest, parse_manifest
from appliance.update.refusal import RefusedBundleError
from tests.stands.applications import PYTHON, bundled, make_application
from tests.update.conftest import Box, Maker, make_maker


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, maker: Maker) -> Path:
    return bundled(tmp_path_factory.mktemp("bundle"), maker.secret, "1.1")


def parts(bundle: Path) -> dict[str, bytes]:
    with tarfile.open(bundle) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def put_together(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def signed(folder: Path, maker: Maker, manifest: bytes, payload: bytes) -> Path:
    """What a maker would sign who signs anything."""
    (folder / MANIFEST).write_bytes(manifest)
    argv = ["minisign", "-S", "-s", str(maker.secret), "-m", str(folder / MANIFEST)]
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=True, timeout=60)
    members = {MANIFEST: manifest, SIGNATURE: (folder / SIGNATURE).read_bytes(), PAYLOAD: payload}
    return put_together(folder / "signed.update", members)


def refused(box: Box, bundle: Path) -> str:
    with pytest.raises(RefusedBundleError) as refusal:
        box.prepare(bundle)
    assert box.versions.installed() == []
    assert list((box.places.app / "versions").glob(".*")) == [] if box.places.app.exists() else True
    assert sorted(path.name for path in box.places.opened.iterdir()) == []
    return refusal.value.sentence


def test_a_bundle_becomes_the_folder_that_it_was_made_of(box: Box, bundle: Path) -> None:
    trial = box.prepare(bundle)

    assert (trial.version, trial.previous, trial.tries) == ("1.1", None, 0)
    application = bundle.parent / "application"
    for file in filter(Path.is_file, application.rglob("*")):
        assert (box.versions.folder("1.1") / file.relative_to(application)).read_bytes() == file.read_bytes()
    assert box.versions.is_usable("1.1")
    assert box.versions.current is None


def test_programs_stay_programs_and_near_links_stay_links(tmp_path: Path, box: Box, maker: Maker) -> None:
    application = make_application(tmp_path / "application", "1.1")
    (application / "lib" / "rclone").write_text("#!/bin/sh\n")
    (application / "lib" / "rclone").chmod(0o755)
    (application / "lib" / "rclone-1").symlink_to("rclone")
    made = make_bundle(application, maker.secret, tmp_path, architecture=platform.machine(), python=PYTHON)

    box.prepare(made)

    lib = box.versions.folder("1.1") / "lib"
    assert (lib / "rclone").stat().st_mode & 0o777 == 0o755
    assert (lib / "rclone-1").readlink() == Path("rclone")
    assert (lib / "appliance" / "supervise.py").stat().st_mode & 0o777 == 0o644


def test_another_makers_bundle_is_refused(tmp_path: Path, box: Box) -> None:
    stranger = make_maker(tmp_path / "stranger")

    assert "not signed by the maker" in refused(box, bundled(tmp_path / "theirs", stranger.secret, "1.1"))


def test_a_card_without_a_key_takes_nothing(tmp_path: Path, box: Box, bundle: Path) -> None:
    box.places = replace(box.places, key=tmp_path / "absent.pub")

    assert "no maker's key" in refused(box, bundle)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_that_matters_can_be_changed(box: Box, bundle: Path, data: st.DataObject) -> None:
    members = parts(bundle)
    name = data.draw(st.sampled_from([MANIFEST, PAYLOAD]))
    at = data.draw(st.integers(0, len(members[name]) - 1))
    content = bytearray(members[name])
    content[at] ^= data.draw(st.integers(1, 255))
    changed = put_together(bundle.with_name("changed.update"), {**members, name: bytes(content)})

    assert "signed" in refused(box, changed) if name == MANIFEST else "damaged" in refused(box, changed)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_bundle_that_is_cut_off_is_refused(box: Box, bundle: Path, data: st.DataObject) -> None:
    whole = bundle.read_bytes()
    end = 512 * 3 + sum(len(content) for content in parts(bundle).values())
    cut = bundle.with_name("cut.update")
    cut.write_bytes(whole[: data.draw(st.integers(0, end))])

    assert "cut off" in refused(box, cut)


@given(st.binary(max_size=2000))
def test_anything_at_all_is_read_without_harm(text: bytes) -> None:
    with pytest.raises(RefusedBundleError):
        read_head(io.BytesIO(text), "x.update")


@pytest.mark.parametrize(
    ("order", "sizes"),
    [
        ([SIGNATURE, MANIFEST, PAYLOAD], {}),
        ([MANIFEST, PAYLOAD, SIGNATURE], {}),
        (["../manifest.json", SIGNATURE, PAYLOAD], {}),
        ([MANIFEST, SIGNATURE, PAYLOAD], {MANIFEST: 65 * 1024}),
        ([MANIFEST, SIGNATURE, PAYLOAD], {SIGNATURE: 5 * 1024}),
        ([MANIFEST, SIGNATURE, PAYLOAD], {MANIFEST: 0}),
    ],
)
def test_other_members_are_no_bundle(tmp_path: Path, box: Box, order: list[str], sizes: dict[str, int]) -> None:
    odd = put_together(tmp_path / "odd.update", {name: b"x" * sizes.get(name, 9) for name in order})

    assert "is no update" in refused(box, odd)


def test_a_header_may_not_claim_to_be_huge_or_something_else(tmp_path: Path, box: Box) -> None:
    huge, link = tarfile.TarInfo(MANIFEST), tarfile.TarInfo(MANIFEST)
    huge.size = 2**62
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/shadow"
    for member in (huge, link):
        (tmp_path / "odd.update").write_bytes(member.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
        assert "is no update" in refused(box, tmp_path / "odd.update")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"architecture": "riscv64"}, "was made for riscv64"),
        ({"python": "2.7"}, "made for Python 2.7"),
        ({"oldest_base": "1.0.1"}, "needs a card of version 1.0.1 or newer"),
        ({"version": "1.0"}, "in use already"),
        ({"version": "0.9"}, "not newer than 1.0"),
        ({"version": "../1.5"}, "is no version"),
        ({"format": 2}, "format 2"),
        ({"version": 7}, "damaged"),
    ],
)
def test_what_does_not_fit_is_refused(
    box: Box, maker: Maker, bundle: Path, changes: dict[str, object], words: str
) -> None:
    members = parts(bundle)
    manifest = msgspec.json.encode({**msgspec.json.decode(members[MANIFEST]), **changes})

    assert words in refused(box, signed(bundle.parent, maker, manifest, members[PAYLOAD]))


def test_a_bundle_that_failed_is_not_tried_again(box: Box, bundle: Path) -> None:
    box.versions.remember_failure(box.prepare(bundle))
    box.versions.sweep(set())

    assert "did not work" in refused(box, bundle)


def test_what_needs_more_room_than_there_is_says_how_much(
    box: Box, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.update.installing.free_bytes", lambda path: 16 * 1024**2)

    assert "bytes more than are free" in refused(box, bundle)


def test_an_application_that_lacks_a_part_is_refused(tmp_path: Path, box: Box, maker: Maker) -> None:
    application = make_application(tmp_path / "application", "1.1")
    (application / "lib" / "appliance" / "supervise.py").unlink()
    made = make_bundle(application, maker.secret, tmp_path, architecture=platform.machine(), python=PYTHON)

    assert "lacks parts" in refused(box, made)


def test_a_version_that_lies_here_from_before_is_replaced_as_a_whole(box: Box, bundle: Path) -> None:
    leftover = box.versions.folder("1.1") / "lib" / "leftover.py"
    leftover.parent.mkdir(parents=True)
    leftover.touch()

    box.prepare(bundle)

    assert box.versions.is_usable("1.1")
    assert not leftover.exists()


def test_a_manifest_is_read_back_as_it_was_written(bundle: Path) -> None:
    manifest = parse_manifest(parts(bundle)[MANIFEST])

    assert isinstance(manifest, Manifest)
    assert manifest.payload.bytes == len(parts(bundle)[PAYLOAD])
    assert manifest.payload.unpacked_bytes == len(lzma.decompress(parts(bundle)[PAYLOAD]))
