"""The boots that are remembered: one small file on the card, whole at every instant."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from appliance.boot.guard import Boot, Ending, mark
from appliance.decoding import UnreadableError, decoded
from appliance.durable import flush_folder, write_durably


class Boots:
    """The file `path`, such as `/data/system/boots.json`. Root alone writes it, one process after the other."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[Boot]:
        """The boots so far, oldest first; none when there is no file, or one that nobody understands.

        A damaged memory must not keep the box from recording: it begins anew.

        Raises:
            OSError: the card does not let it be read.
        """
        try:
            return decoded(self._path.read_bytes(), list[Boot])
        except (FileNotFoundError, NotADirectoryError, UnreadableError):
            return []

    def write(self, boots: Sequence[Boot]) -> None:
        """Remember these instead; durable on return.

        Raises:
            OSError: the card does not take it; the earlier ones are remembered.
        """
        folder = self._path.parent
        if not folder.is_dir():
            folder.mkdir()
            flush_folder(folder.parent)
        write_durably(self._path, msgspec.json.encode(boots) + b"\n")
        flush_folder(folder)

    def ending(self, identity: str) -> Ending | None:
        """How far the boot `identity` came, if it is remembered. Raises as `read` does."""
        return next((boot.ending for boot in self.read() if boot.id == identity), None)

    def mark(self, identity: str, ending: Ending, why: str = "") -> None:
        """Remember how far the boot `identity` came; durable on return. Raises as `read` and `write` do."""
        before = self.read()
        after = mark(before, identity, ending, why)
        if after != before:
            self.write(after)
