"""The card image, looked at and written to from outside: its parts, what it starts, what an owner puts onto it."""

import re
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SECTOR_BYTES = 512
CARD_BYTES = 4 << 30
"""A small card, and a power of two: QEMU's SD controller takes no other."""

_FIRST_ENTRY = 446
_ENTRY_BYTES = 16
_TYPE_AND_PLACE = struct.Struct("<4xB3xII")


@dataclass(frozen=True)
class Part:
    """One entry of the partition table."""

    kind: int
    start_bytes: int
    size_bytes: int


@dataclass(frozen=True)
class Start:
    """What the boot partition starts a board with."""

    kernel: Path
    initrd: Path
    command_line: str


class Card:
    """A copy of the image, on a card of its own. Its boot partition is reached by mtools."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def flash(cls, image: Path, path: Path) -> "Card":
        """A card that this image was just written to."""
        copy_sparse(image, path)
        with path.open("r+b") as file:
            file.truncate(CARD_BYTES)
        return cls(path)

    def parts(self) -> list[Part]:
        """What its table holds (four entries of 16 bytes from byte 446 on); empty entries are left out."""
        with self.path.open("rb") as file:
            file.seek(_FIRST_ENTRY)
            table = file.read(4 * _ENTRY_BYTES)
        entries = [_TYPE_AND_PLACE.unpack_from(table, at) for at in range(0, len(table), _ENTRY_BYTES)]
        return [Part(kind, start * SECTOR_BYTES, size * SECTOR_BYTES) for kind, start, size in entries if kind]

    def boot_files(self) -> list[str]:
        """The names of the files in the boot partition, its folders left out."""
        listed = self._mtool("mdir", "-b", "-i", self._boot, "::/")
        return [line.removeprefix("::/") for line in listed.split() if not line.endswith("/")]

    def read(self, name: str) -> str:
        """A text file of the boot partition."""
        return self._mtool("mtype", "-i", self._boot, f"::/{name}")

    def write(self, files: Mapping[str, str]) -> None:
        """Put text files onto the boot partition, as an owner does with the card in a computer."""
        for name, content in files.items():
            self._mtool("mcopy", "-o", "-i", self._boot, "-", f"::/{name}", content=content)

    def put(self, file: Path) -> None:
        """Put a file of this machine onto the boot partition, as an owner does."""
        self._mtool("mcopy", "-o", "-i", self._boot, str(file), "::/")

    def start(self, folder: Path) -> Start:
        """Kernel, initial file system and command line, by the words of its own `config.txt`."""
        settings = self.read("config.txt")
        kernel = self._chosen(r"^kernel=(\S+)", settings, "vmlinuz")
        initrd = self._chosen(r"^initramfs (\S+)", settings, "initrd")
        return Start(self.extract(kernel, folder), self.extract(initrd, folder), self.read("cmdline.txt").strip())

    def extract(self, name: str, folder: Path) -> Path:
        """Copy a file of the boot partition into `folder`."""
        target = folder / Path(name).name
        self._mtool("mcopy", "-n", "-o", "-i", self._boot, f"::/{name}", str(target))
        return target

    def _chosen(self, pattern: str, settings: str, prefix: str) -> str:
        named = re.findall(pattern, settings, re.MULTILINE)
        found = [name for name in self.boot_files() if name.startswith(prefix)]
        assert named or found, f"the boot partition has no {prefix}: {self.boot_files()}"
        return str((named or found)[-1])

    @property
    def _boot(self) -> str:
        return f"{self.path}@@{self.parts()[0].start_bytes}"

    def _mtool(self, *argv: str, content: str | None = None) -> str:
        done = subprocess.run(argv, input=content, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}"
        return done.stdout


def copy_sparse(source: Path, target: Path) -> None:
    """Copy a disk without writing its holes."""
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", str(source), str(target)], check=True)
