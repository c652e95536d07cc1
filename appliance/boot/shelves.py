"""The card's files: looked at once, changed one by one, each durably and never by half."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from appliance.boot import camera_switch, complaining, owners_file, storages
from appliance.boot.machine import Machine
from appliance.boot.places import Places
from appliance.boot.scene import Action, Amend, Drop, Put, Scene, Shelf, Unreadable
from appliance.durable import Owner, flush_folder, write_durably, write_privately
from appliance.settings.textfile import LARGEST_FILE_BYTES

_PRIVATE_FOLDER = 0o700
_OWNERS = (owners_file.NAME, f"{owners_file.NAME}.txt", storages.NAME, f"{storages.NAME}.txt")


class Shelves:
    """The files that a boot takes from and leaves at one box."""

    def __init__(self, places: Places, machine: Machine) -> None:
        self._machine = machine
        self._folders: dict[Shelf, Path] = {
            "settings": places.settings,
            "connections": places.connections,
            "system": places.system,
            "firmware": places.firmware,
        }

    def look(self) -> Scene:
        """Everything that matters."""
        return Scene(
            {
                "settings": self._read("settings", (owners_file.NAME, storages.NAME)),
                "connections": self._read("connections", self._profiles()),
                "system": self._read("system", (owners_file.TAKEN, owners_file.COUNTRY)),
                "firmware": self._read("firmware", (*_OWNERS, camera_switch.NAME, complaining.NAME)),
            }
        )

    def apply(self, scene: Scene, actions: Sequence[Action]) -> None:
        """Do what is not so already, in this order. Raises OSError at the first that cannot be done."""
        wanted = [action for action in actions if not _is_so(scene, action)]
        on_data = [action for action in wanted if action.shelf != "firmware"]
        on_firmware = [action for action in wanted if action.shelf == "firmware"]
        for action in on_data:
            self._do_on_data(action)
        if on_firmware:
            with self._writable_firmware() as folder:
                for action in on_firmware:
                    _do_on_firmware(folder, action)

    def _read(self, shelf: Shelf, names: Sequence[str]) -> dict[str, bytes | Unreadable]:
        found: dict[str, bytes | Unreadable] = {}
        for name in names:
            try:
                with (self._folders[shelf] / name).open("rb") as file:
                    found[name] = file.read(LARGEST_FILE_BYTES + 1)
            except FileNotFoundError:
                continue
            except OSError as error:
                found[name] = Unreadable(error.strerror or str(error))
        return found

    def _profiles(self) -> list[str]:
        try:
            with os.scandir(self._folders["connections"]) as entries:
                return sorted(entry.name for entry in entries if entry.is_file() and not entry.name.startswith("."))
        except FileNotFoundError:
            return []

    def _do_on_data(self, action: Action) -> None:
        folder = self._folders[action.shelf]
        owner = self._machine.owner() if action.shelf == "settings" else None
        if not folder.is_dir():
            _make_folder(folder, owner)
        if isinstance(action, Drop):
            (folder / action.name).unlink(missing_ok=True)
        else:
            write_privately(folder / action.name, action.content, owner)
        flush_folder(folder)

    @contextlib.contextmanager
    def _writable_firmware(self) -> Iterator[Path]:
        folder = self._folders["firmware"]
        self._machine.remount(folder, is_writable=True)
        try:
            yield folder
        finally:
            self._machine.remount(folder, is_writable=False)


def _is_so(scene: Scene, action: Action) -> bool:
    there = scene.shelves[action.shelf].get(action.name)
    return there == (None if isinstance(action, Drop) else action.content)


def _make_folder(folder: Path, owner: Owner | None) -> None:
    folder.mkdir(parents=True, mode=_PRIVATE_FOLDER)
    if owner is not None:
        os.chown(folder, *owner)
    flush_folder(folder.parent)


def _do_on_firmware(folder: Path, action: Action) -> None:
    path = folder / action.name
    if isinstance(action, Amend):  # FAT has no safe renaming, and the board needs this file
        with path.open("r+b", buffering=0) as file:
            file.write(action.content)
            os.fsync(file.fileno())
        return
    with _wiped_when_gone(path):
        if isinstance(action, Put):
            write_durably(path, action.content)
        else:
            path.unlink(missing_ok=True)
        flush_folder(folder)


@contextlib.contextmanager
def _wiped_when_gone(path: Path) -> Iterator[None]:
    """What the file held is overwritten once its name is gone: FAT would leave it in the free space, for any reader."""
    try:
        old = path.open("r+b", buffering=0)
    except (FileNotFoundError, IsADirectoryError):
        yield
        return
    with old:
        yield
        old.write(bytes(os.fstat(old.fileno()).st_size))
        os.fsync(old.fileno())
