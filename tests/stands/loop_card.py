"""A memory card that is a sparse file behind a loop device: real partitions, real file systems. Needs root."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

LIBEXEC = Path(__file__).parents[2] / "systemd" / "libexec"
GB = 1_000_000_000
ONE_GIB_SECTORS = 2_097_152
TABLE = """label: dos
label-id: {signature:#x}
start=8192, size=8192, type=c
start=16384, size=8192, type=83
"""
"""The image's table with small first parts; it ends long before the third part begins."""


def run(*argv: str | Path, given: str | None = None, is_checked: bool = True) -> str:
    """What a program of the system says."""
    done = subprocess.run(argv, input=given, capture_output=True, text=True, check=False)
    assert not is_checked or done.returncode == 0, (argv, done.stdout, done.stderr)
    return done.stdout


class LoopCard:
    """A card in its slot; `with` takes it out again."""

    def __init__(self, folder: Path, size_bytes: int, *, signature: int) -> None:
        self.file, self.signature = folder / "card.img", signature
        self.troubles, self.grow, self.mounted = folder / "troubles.d", folder / "grow", folder / "mounted"
        self.mounted.mkdir()
        self.resize(size_bytes)
        self.device = ""

    def __enter__(self) -> Self:
        self.insert()
        return self

    def __exit__(self, *_: object) -> None:
        self.take_out()

    @property
    def part(self) -> str:
        """The device of the third part."""
        return f"{self.device}p3"

    def resize(self, size_bytes: int) -> None:
        """Another card with the same content."""
        self.file.touch()
        os.truncate(self.file, size_bytes // 512 * 512)

    def flash(self, token: str = "") -> None:
        """Write the image: its table (with an entry for the third part, if `token` is one); the rest stays as it is."""
        run("sfdisk", "-q", "--wipe", "never", self.file, given=TABLE.format(signature=self.signature) + token)

    def insert(self, *, is_locked: bool = False) -> None:
        """The kernel reads the card's table, as a boot does."""
        self.device = run("losetup", "--show", "-f", *(["-r"] if is_locked else []), self.file).strip()
        run("partx", "-d", self.device, is_checked=False)  # what the device's last user left
        run("partx", "-a", self.device, is_checked=False)  # an empty card has none

    def take_out(self) -> None:
        """The card is gone from the slot."""
        run("partx", "-d", self.device, is_checked=False)
        run("losetup", "-d", self.device)

    def restart(self) -> None:
        """The power comes back."""
        self.take_out()
        self.insert()

    def prepare(self, *prefix: str, is_named: bool = True) -> "subprocess.CompletedProcess[str]":
        """`prepare-data`, as the boot runs it; behind a `prefix` such as strace."""
        argv: list[str | Path] = [*prefix, LIBEXEC / "prepare-data", *([self.device] if is_named else [])]
        return self._run(argv, MOMENT_ROOT=f"PARTUUID={self.signature:08x}-02")

    def prepare_state(
        self, set_clock: str = "echo", folders: Path = Path("/dev/null")
    ) -> "subprocess.CompletedProcess[str]":
        """`prepare-state`; the card must be mounted. What it would set the clock to, it says instead.

        `folders`: what systemd-tmpfiles would be told of.
        """
        more = {"MOMENT_SET_CLOCK": set_clock, "MOMENT_FOLDERS": str(folders)}
        return self._run([LIBEXEC / "prepare-state", self.mounted], **more)

    def _run(self, argv: list[str | Path], **more: str) -> "subprocess.CompletedProcess[str]":
        seams = {"MOMENT_TROUBLES": str(self.troubles), "MOMENT_GROW": str(self.grow)}
        return subprocess.run(argv, env=os.environ | seams | more, capture_output=True, text=True, check=False)

    @property
    def trouble(self) -> str:
        """What the boot's report would tell."""
        return "".join(file.read_text() for file in self.troubles.glob("*.txt"))

    @contextlib.contextmanager
    def mount(self, number: int = 3) -> Iterator[Path]:
        """A part's files."""
        run("mount", f"{self.device}p{number}", self.mounted)
        try:
            yield self.mounted
        finally:
            run("umount", self.mounted)

    def span(self) -> tuple[int, int]:
        """Start and size of the third part in sectors, as the kernel knows it."""
        folder = Path("/sys/class/block") / self.part.removeprefix("/dev/")
        return int((folder / "start").read_text()), int((folder / "size").read_text())

    def written_sectors(self) -> int:
        """Since the kernel knows the device."""
        run("sync")
        return int((Path("/sys/class/block") / self.device.removeprefix("/dev/") / "stat").read_text().split()[6])

    def is_clean(self) -> bool:
        """Whether a full check finds nothing to mend."""
        checked = subprocess.run(["e2fsck", "-f", "-n", self.part], capture_output=True, text=True, check=False)
        return checked.returncode == 0

    def overwrite(self, content: bytes, at_bytes: int = 0) -> None:
        """Put bytes onto the third part, beside any file system."""
        with Path(self.part).open("r+b") as raw:
            raw.seek(at_bytes)
            raw.write(content)
            raw.flush()
            os.fsync(raw.fileno())
