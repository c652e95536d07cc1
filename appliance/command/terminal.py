"""Who sits at the keyboard, or what is piped in. Questions go to standard error: standard output is for the outcome."""

import getpass
import sys

from appliance.command.speech import complain


class NoAnswerError(Exception):
    """The input has ended."""


def ask_line(prompt: str) -> str:
    """One line, as it was typed.

    Raises:
        NoAnswerError: there is none.
    """
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        complain("")  # nobody pressed Enter there
    if not line:
        raise NoAnswerError
    return line.removesuffix("\n").removesuffix("\r")


def ask_secret(prompt: str) -> str:
    """The same without echo. Raises as `ask_line` does."""
    if not sys.stdin.isatty():
        return ask_line(prompt)
    try:
        return getpass.getpass(prompt, sys.stderr)
    except EOFError:
        raise NoAnswerError from None
