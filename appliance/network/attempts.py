"""What became of the last try of a network, on disk: whoever comes back after a power cut is told all the same."""

from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from appliance.decoding import UnreadableError, decoded
from appliance.durable import flush_folder, write_durably
from appliance.network.airwaves import shown
from appliance.network.outcome import Reason
from appliance.network.profiles import Wanted

AttemptState = Literal["trying", "proven", "failed", "kept", "returned"]

T = TypeVar("T")

ATTEMPT, PROVEN, COUNTRY, HOST_NAME = "attempt.json", "proven.json", "country", "host_name"


class Attempt(Struct, frozen=True):
    """`at_s`, `boot_id`: when the state was reached, monotonic; `wall_s`: the same, for other boots to guess from."""

    id: str
    ssid: bytes
    state: AttemptState
    reason: Reason | None
    boot_id: str
    at_s: float
    wall_s: float
    addresses: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """For the owner's eyes."""
        return shown(self.ssid)

    def age_s(self, boot_id: str, now_s: float, wall_s: float) -> float:
        """Since the state was reached."""
        return max(0.0, now_s - self.at_s if boot_id == self.boot_id else wall_s - self.wall_s)


class Attempts:
    """Files in `folder`, which is ours alone. Blocking: for a thread.

    A proven network that nobody has kept yet lies there with its password.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder, for nobody's eyes but ours. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)

    def read(self) -> tuple[Attempt | None, Wanted | None]:
        """The last attempt, and what was proven by it and is not kept yet; nothing of what cannot be read.

        A trial that an earlier life did not end is a failure of now.
        """
        attempt, proven = self._read(ATTEMPT, Attempt), self._read(PROVEN, Wanted)
        if attempt and attempt.state == "trying":
            attempt = replace(attempt, state="failed", reason="interrupted")
        return attempt, proven if attempt and attempt.state == "proven" else None

    def write(self, attempt: Attempt | None, proven: Wanted | None) -> None:
        """Raises OSError. The password goes before the word that it is there, and after it."""
        if proven:
            self._write(PROVEN, proven)
        self._write(ATTEMPT, attempt)
        if not proven:
            (self._folder / PROVEN).unlink(missing_ok=True)
        flush_folder(self._folder)

    def password(self) -> str:
        """The one that lies there, so that it can be kept out of what is shown; empty if there is none."""
        proven = self._read(PROVEN, Wanted)
        return proven.password if proven else ""

    def country(self) -> str:
        """Two letters; empty if nobody named one."""
        try:
            return (self._folder / COUNTRY).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return ""

    def write_country(self, country: str) -> None:
        """Raises OSError. On the box, a program of root's tells the kernel."""
        write_durably(self._folder / COUNTRY, f"{country}\n".encode())
        flush_folder(self._folder)

    def write_host_name(self, name: str) -> None:
        """Raises OSError. Empty: the name that every box has. On the box, a program of root's gives it that name."""
        path, content = self._folder / HOST_NAME, f"{name}\n".encode()
        if (path.read_bytes() if path.exists() else b"\n") != content:
            write_durably(path, content)
            flush_folder(self._folder)

    def _write(self, name: str, content: object) -> None:
        write_durably(self._folder / name, msgspec.json.encode(content))

    def _read(self, name: str, kind: type[T]) -> T | None:
        try:
            return decoded((self._folder / name).read_bytes(), kind)
        except (OSError, UnreadableError):
            return None
