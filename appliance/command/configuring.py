"""`moment config`: settings files, without a recorder."""

import argparse
from pathlib import Path

from appliance.command.speech import say
from appliance.settings.reading import read_settings
from appliance.settings.showing import show_settings


def check(arguments: argparse.Namespace) -> int:
    """`moment config check`. Raises SettingsError with every mistake."""
    read_settings(Path(arguments.file))
    say(f"{arguments.file} is fine.")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """`moment config show`. Raises SettingsError with every mistake."""
    path = None if arguments.config is None else Path(arguments.config)
    say(*show_settings(read_settings(path)).removesuffix("\n").split("\n"))
    return 0
