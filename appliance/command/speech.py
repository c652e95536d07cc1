"""Plain lines to the two outputs. Whatever is said was cleaned first: cameras, disks and clients have a say in it."""

import sys

from appliance.command.words import printable


def say(*lines: str) -> None:
    """To standard output, at once: a reader in a pipe waits for it."""
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
    sys.stdout.flush()


def complain(*sentences: str) -> None:
    """To standard error."""
    sys.stderr.write("".join(f"{printable(sentence)}\n" for sentence in sentences))
