"""A look at a recorder that may be of a later version than who looks: of its status only what the caller's type names.

The card's own application judges recorders that are years younger, so those fields must keep their names.
"""

import contextlib
import socket
from typing import TypeVar

from appliance.decoding import UnreadableError, decoded

T = TypeVar("T")

_LONGEST_ANSWER_BYTES = 1024**2


def glance(socket_path: str, within_s: float, type_: type[T]) -> T | None:
    """The part of the status that `type_` names; None when nobody answers so in time."""
    with contextlib.suppress(OSError, UnreadableError), socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(within_s)
        asked.connect(socket_path)
        asked.sendall(b'{"do": "status"}\n')
        with asked.makefile("rb") as heard:
            return decoded(heard.readline(_LONGEST_ANSWER_BYTES), type_)
    return None
