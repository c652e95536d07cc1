"""Claims on disk: the moment is secured by hard links before anything else is done with it (promise M2).

    memories/.claims/c-…/claim.json
    memories/.claims/c-…/00000012-000034.ts     links to segments, the open one included

To secure: link into a folder with a provisional name, flush what is not yet on the card, write the claim file,
flush it and the folder, rename the folder, flush its parent. From that instant the moment outlives eviction,
kill -9 and a power cut. To drop: remove the claim file first; a folder without one is litter.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from appliance.decoding import UnreadableError, decoded
from appliance.durable import flush_file, flush_folder, write_durably
from appliance.memories.model import Claim
from appliance.recording.segment import Key

FOLDER = ".claims"
CLAIM_FILE = "claim.json"
_UNFINISHED = "new-"


class Claims:
    """The folder of claims. All methods block; the callers own the thread."""

    def __init__(self, memories: Path) -> None:
        self.root = memories / FOLDER

    def prepare(self) -> None:
        """Make the folder."""
        self.root.mkdir(exist_ok=True)
        flush_folder(self.root.parent)

    def path(self, claim: Claim) -> Path:
        """Where a claim lies."""
        return self.root / claim.folder

    def segment_path(self, claim: Claim, key: Key) -> Path:
        """Where a claim's link to a segment lies."""
        return self.root / claim.folder / key.file_name

    def secure(self, claim: Claim, sources: Mapping[str, str | Path], unflushed: Iterable[str]) -> None:
        """Make a new claim durable.

        `sources`: where each of its segments lies now, by `file_name`. `unflushed`: those of them that are not yet on
        the card.

        Raises:
            OSError: if the disk does not take it; nothing is left of it then.
        """
        provisional = self.root / f"{_UNFINISHED}{claim.folder}"
        provisional.mkdir()
        try:
            _link(sources, provisional)
            self._flush(provisional, unflushed)
            _write_new(provisional / CLAIM_FILE, msgspec.json.encode(claim))
            flush_folder(provisional)
            provisional.rename(self.path(claim))
            flush_folder(self.root)
        except OSError:
            for folder in (self.path(claim), provisional):
                shutil.rmtree(folder, ignore_errors=True)
            raise

    def extend(self, claim: Claim, sources: Mapping[str, str | Path], unflushed: Iterable[str]) -> None:
        """Make a claim that was secured before hold more; it holds what it held until it holds it all.

        Raises:
            OSError: if the disk does not take it; the claim is then as it was.
        """
        folder = self.path(claim)
        _link(sources, folder, may_exist=True)
        self._flush(folder, unflushed)
        write_durably(folder / CLAIM_FILE, msgspec.json.encode(claim))
        flush_folder(folder)

    def size_bytes(self, claim: Claim) -> int:
        """How much footage it holds, which is about what its file will need."""
        with os.scandir(self.path(claim)) as found:
            return sum(entry.stat().st_size for entry in found)

    def drop(self, claim: Claim) -> None:
        """Remove a claim whose file is whole."""
        folder = self.path(claim)
        (folder / CLAIM_FILE).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    def read_all(self) -> list[Claim]:
        """Every durable claim, oldest press first; litter of interrupted work is swept away."""
        claims = []
        for folder in sorted(self.root.iterdir()):
            claim = _read(folder / CLAIM_FILE)
            if claim is None or folder.name != claim.folder:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                claims.append(claim)
        superseded = {name for claim in claims for name in claim.supersedes}
        for claim in claims:
            if claim.folder in superseded:
                self.drop(claim)
        return sorted((c for c in claims if c.folder not in superseded), key=lambda c: (c.segments[-1].key, c.folder))

    def _flush(self, folder: Path, names: Iterable[str]) -> None:
        for name in names:
            flush_file(folder / name)


def _link(sources: Mapping[str, str | Path], folder: Path, *, may_exist: bool = False) -> None:
    prefix = f"{folder}/"  # as text: joining hundreds of paths by pathlib takes longer than linking them
    for name, source in sources.items():
        try:
            os.link(source, prefix + name)
        except FileExistsError:
            if not may_exist:
                raise


def _write_new(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> Claim | None:
    try:
        claim = decoded(path.read_bytes(), Claim)
    except (OSError, UnreadableError):
        return None
    return claim if claim.segments else None
