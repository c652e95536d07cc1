"""Archives that a signature came with, and that still are not believed."""

import io
import lzma
import tarfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from appliance.update.manifest import Payload
from appliance.update.refusal import RefusedBundleError
from appliance.update.unpacking import unpack


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", content: bytes = b"") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, target, len(content)
    return made


HOSTILE = {
    "absolute": [member("/etc/passwd")],
    "upwards": [member("lib/../../x")],
    "here": [member("./x")],
    "link out": [member("x", tarfile.SYMTYPE, "../x")],
    "link to the root": [member("x", tarfile.SYMTYPE, "/etc")],
    "link to the folder itself": [member("x", tarfile.SYMTYPE, ".")],
    "hard link": [member("x"), member("y", tarfile.LNKTYPE, "x")],
    "device": [member("x", tarfile.CHRTYPE)],
    "pipe": [member("x", tarfile.FIFOTYPE)],
    "twice": [member("x"), member("x")],
    "line break": [member("x\ny")],
    "too long": [member("x" * 500)],
    "more than told": [member(str(number)) for number in range(9)],
}


def packed(path: Path, members: list[tarfile.TarInfo], dictionary_bytes: int = 1024**2) -> Payload:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for one in members:
            tar.addfile(one, io.BytesIO(bytes(one.size)))
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": dictionary_bytes}]
    path.write_bytes(lzma.compress(plain.getvalue(), filters=filters))
    return Payload(path.stat().st_size, "0" * 64, len(plain.getvalue()), 8)


@pytest.mark.parametrize("what", HOSTILE)
def test_even_a_signed_archive_keeps_to_its_folder(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "in" / "folder"
    folder.mkdir(parents=True)
    payload = packed(tmp_path / "x.tar.xz", HOSTILE[what])

    with pytest.raises(RefusedBundleError, match="cannot be unpacked"):
        unpack(tmp_path / "x.tar.xz", payload, folder)
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["folder"]


def test_an_archive_that_swells_or_wants_memory_is_refused(tmp_path: Path) -> None:
    tmp_path.joinpath("folder").mkdir()
    large = member("x")
    large.size = 100_000
    payload = packed(tmp_path / "x.tar.xz", [large])
    with pytest.raises(RefusedBundleError, match="larger than its manifest says"):
        unpack(tmp_path / "x.tar.xz", replace(payload, unpacked_bytes=50_000), tmp_path / "folder")

    payload = packed(tmp_path / "y.tar.xz", [member("y")], dictionary_bytes=64 * 1024**2)
    with pytest.raises(RefusedBundleError, match="cannot be unpacked"):
        unpack(tmp_path / "y.tar.xz", payload, tmp_path / "folder")
