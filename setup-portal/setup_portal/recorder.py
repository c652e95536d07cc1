"""The pages' way to the recorder: one connection a request, as long as the answer takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

from appliance.control.client import Client

PATIENCE_S = 10.0
LONG_S = 120.0
"""For what goes out into the world, or starts a program: a storage's answer, a camera's picture, the clock."""
LONGEST_S = 240.0
"""For a storage that is set up: rclone has to start first (`rcd.START_LIMIT_S`), and then to answer."""


@contextmanager
def recorder(patience_s: float = PATIENCE_S) -> Iterator[Client]:
    """A connection to the recorder. Its errors become pages (`troubles`)."""
    with Client(str(current_app.config["CONTROL_SOCKET"]), patience_s) as client:
        yield client
