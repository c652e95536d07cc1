"""Which camera was recorded last, on disk: a box keeps to its camera over a restart."""

import logging
from pathlib import Path

import msgspec

from appliance.decoding import decoded_or_none
from appliance.durable import flush_folder, write_durably
from appliance.found import Found

_MOST_BYTES = 4096
_log = logging.getLogger(__name__)


class UsedCamera:
    """`last`: the camera that was recorded last. A file that cannot be read or written costs the memory of it only."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.last = self._read()

    def note(self, camera: Found) -> None:
        """This one is recorded now. Blocks until it is on the card, the first time."""
        if camera == self.last:
            return
        if self._path is not None:
            try:
                self._write(self._path, camera)
            except OSError as error:
                _log.warning("which camera was recorded cannot be remembered: %s", error.strerror)
        self.last = camera

    @staticmethod
    def _write(path: Path, camera: Found) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, msgspec.json.encode(camera))
        flush_folder(path.parent)

    def _read(self) -> Found | None:
        if self._path is None:
            return None
        try:
            with self._path.open("rb") as file:
                return decoded_or_none(file.read(_MOST_BYTES), Found)
        except OSError:
            return None
