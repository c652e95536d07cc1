"""Beginning anew: what the owner asked for on the box's pages is deleted at the next boot, before anything reads it.

The wish is removed last: a power cut in between lets the next boot do the rest. What each box makes up for itself, the
set-up network's name and password, is made up anew by a later step of the same boot.
"""

import shutil
from pathlib import Path

from appliance.boot.left import read_left
from appliance.boot.making_up import NAME as HOTSPOT
from appliance.boot.outcome import Outcome
from appliance.boot.owners_file import NAME
from appliance.boot.places import Places
from appliance.boot.wishes import RESET, Part, ResetWish
from appliance.decoding import UnreadableError, decoded
from appliance.durable import flush_folder

STORAGES = "rclone.conf"
_LONGEST_BYTES = 4096


def reset(places: Places) -> Outcome:
    """The step of a boot."""
    wish_path = places.settings / RESET
    try:
        wish = decoded(read_left(wish_path, _LONGEST_BYTES), ResetWish)
    except FileNotFoundError:
        return Outcome()
    except (OSError, UnreadableError):
        wish_path.unlink()
        return Outcome(troubles=["What was to be reset could not be read: nothing was. Ask for it once more."])
    for part in wish.parts:
        _forget(part, places)
    if wish.memories:
        for folder in ("memories", "ring"):
            _emptied(places.data / folder)
    wish_path.unlink()
    flush_folder(places.settings)
    told = [*wish.parts, *(["memories"] if wish.memories else [])]
    return Outcome(taken=[f"Reset, as you asked: {', '.join(told) or 'nothing'}."])


def _forget(part: Part, places: Places) -> None:
    match part:
        case "settings":
            (places.settings / NAME).unlink(missing_ok=True)
            _emptied(places.pages)
        case "storages":
            (places.settings / STORAGES).unlink(missing_ok=True)
        case "networks":
            (places.system / HOTSPOT).unlink(missing_ok=True)
            flush_folder(places.system)
            for folder in (places.connections, places.manager, places.bluetooth, places.network):
                _emptied(folder)


def _emptied(folder: Path) -> None:
    if not folder.is_dir() or folder.is_symlink():
        return
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    flush_folder(folder)
