"""The bill of materials: every package of the image, as CycloneDX 1.5 has it.

Source: cyclonedx.org/docs/1.5/json, and the specification of package URLs (deb, pypi).
"""

import argparse
import email.parser
import json
import re
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from image_build.provenance import normal_name

Component = dict[str, Any]

_NAMESPACE = uuid.UUID("6f1b0b0e-6d6f-4d65-8e74-2d7265636f72")


def document(version: str, epoch_s: int, components: Sequence[Component]) -> dict[str, Any]:
    """The whole bill. The same components give the same document, its serial number included."""
    listed = sorted(components, key=lambda component: str(component["purl"]))
    serial = uuid.uuid5(_NAMESPACE, json.dumps([version, listed], sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "operating-system",
                "bom-ref": "moment-recorder",
                "name": "moment-recorder",
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
            },
        },
        "components": listed,
    }


def debian_component(name: str, version: str, architecture: str, licences: Sequence[str]) -> Component:
    """One Debian package, by the name of its licences in its copyright file."""
    purl = f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={architecture}&distro=trixie"
    return _component(name, version, purl, licences)


def python_component(name: str, version: str, licences: Sequence[str], sha256: str | None) -> Component:
    """One Python package; `sha256` of the file that it came in."""
    component = _component(name, version, f"pkg:pypi/{quote(normal_name(name))}@{quote(version)}", licences)
    if sha256 is not None:
        component["hashes"] = [{"alg": "SHA-256", "content": sha256}]
    return component


def _component(name: str, version: str, purl: str, licences: Sequence[str]) -> Component:
    component: Component = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if licences:
        component["licenses"] = [{"license": {"name": licence}} for licence in licences]
    return component


def declared_licences(copyright_text: str) -> list[str]:
    """The licences that a Debian copyright file names in its machine-readable fields; none if it is prose."""
    return sorted(set(re.findall(r"^License:[ \t]*(\S[^\n]*?)[ \t]*$", copyright_text, re.MULTILINE)))


def installed_debs(status: str) -> Iterator[tuple[str, str, str]]:
    """Name, version and architecture of what dpkg's status file says is installed."""
    for paragraph in filter(None, status.split("\n\n")):
        fields = dict(re.findall(r"^([A-Z][A-Za-z-]*): (.*)$", paragraph, re.MULTILINE))
        if fields.get("Status", "").endswith(" installed"):
            yield fields["Package"], fields["Version"], fields["Architecture"]


def components_of(root: Path, hashes: Mapping[str, str]) -> Iterator[Component]:
    """Everything in the box's root."""
    for name, version, architecture in installed_debs((root / "var/lib/dpkg/status").read_text("utf-8")):
        text = root / "usr/share/doc" / name / "copyright"
        licences = declared_licences(text.read_text("utf-8", "replace")) if text.is_file() else []
        yield debian_component(name, version, architecture, licences)
    for metadata in sorted(root.glob("usr/lib/moment-recorder/lib/*.dist-info/METADATA")):
        fields = email.parser.HeaderParser().parsestr(metadata.read_text("utf-8"))
        name = str(fields["Name"])
        declared = fields["License-Expression"] or _one_line(fields["License"])
        sha256 = hashes.get(normal_name(name))
        yield python_component(name, str(fields["Version"]), [str(declared)] if declared else [], sha256)


def _one_line(licence: str | None) -> str | None:
    return licence if licence and "\n" not in licence and licence != "UNKNOWN" else None


def main(argv: Sequence[str] | None = None) -> int:
    """Print the bill."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", help="of the image")
    parser.add_argument("date", type=int, help="of the image, in seconds since 1970")
    parser.add_argument("root", type=Path, help="a folder with what is on the box's root")
    parser.add_argument("hashes", type=Path, help="what image_build.provenance told")
    given = parser.parse_args(argv)
    components = components_of(given.root, json.loads(given.hashes.read_text("utf-8")))
    sys.stdout.write(json.dumps(document(given.version, given.date, list(components)), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
