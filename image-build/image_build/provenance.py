"""Which file each Python package of the box came in, by its SHA-256: for the bill of materials."""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def normal_name(name: str) -> str:
    """A package's name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wheel_hashes(report: Mapping[str, Any]) -> dict[str, str]:
    """The sums in a report of pip, in its format of version 1."""
    return {
        normal_name(entry["metadata"]["name"]): entry["download_info"]["archive_info"]["hashes"]["sha256"]
        for entry in report["install"]
    }


def source_hash(archive: Path) -> tuple[str, str]:
    """Name and sum of one source archive."""
    return normal_name(archive.name.rsplit("-", 1)[0]), hashlib.sha256(archive.read_bytes()).hexdigest()


def main(argv: Sequence[str] | None = None) -> int:
    """Print an object of sums by the packages' normal names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="what `pip install --report` told")
    parser.add_argument("archives", type=Path, nargs="*", help="NAME-VERSION.tar.gz, compiled here")
    given = parser.parse_args(argv)
    hashes = wheel_hashes(json.loads(given.report.read_text("utf-8")))
    hashes.update(source_hash(archive) for archive in given.archives)
    sys.stdout.write(json.dumps(hashes, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
