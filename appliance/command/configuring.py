"""`moment config`: settings files, without a recorder."""

import argparse
from pathlib import Path

from appliance.boot.brought import read_brought
from appliance.boot.places import BASE, SETTINGS
from appliance.command.speech import say
from appliance.settings.reading import read_settings
from appliance.settings.showing import show_settings


def check(arguments: argparse.Namespace, box_base: Path = BASE) -> int:
    """`moment config check`: on a box above its own defaults. Raises SettingsError with every mistake."""
    base = _path(arguments.base) or _existing(box_base)
    (read_brought if arguments.card else read_settings)(Path(arguments.file), base)
    say(f"{arguments.file} is fine.")
    return 0


def show(arguments: argparse.Namespace, box_base: Path = BASE, box_settings: Path = SETTINGS) -> int:
    """`moment config show`: on a box what it records with. Raises SettingsError with every mistake."""
    path, base = _path(arguments.config), _path(arguments.base)
    if path is base is None and (base := _existing(box_base)):
        path = box_settings
    say(*show_settings(read_settings(path, base)).removesuffix("\n").split("\n"))
    return 0


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None
