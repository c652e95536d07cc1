"""HTTP to a camera, by requests: one GET at a time, with an end whatever the camera does."""

import time
from collections.abc import Sequence

import requests
from msgspec import Struct
from urllib3.exceptions import HTTPError

Arguments = Sequence[tuple[str, str | int]]
"""In this order: HERO9 to HERO12 need it (GoPro's documentation, "Query arguments")."""

_CONNECT_S = 2.0
_MOST_BYTES = 8_000_000
"""The media list of a full card has some megabytes."""


class Answer(Struct, frozen=True):
    """What came back. `status` 200 means that the camera accepted it, not that it has been done."""

    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's successes


class NoAnswerError(Exception):
    """The camera does not answer, breaks off, or has no end. The text is for a log."""


class CameraHttp:
    """One open connection to `address` ("10.5.5.9:8080"). Blocks; for one thread at a time.

    `limit_s`: how long the camera may be silent, and how long a whole answer may take. The head of an answer that comes
    byte by byte is not bounded by it (http.client waits anew for each): whoever calls has a limit of its own for that.
    """

    def __init__(self, address: str, limit_s: float = 5.0) -> None:
        self._base = f"http://{address}"
        self._limit_s = limit_s
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy stands between us and a camera

    def get(self, path: str, arguments: Arguments = ()) -> Answer:
        """Raises NoAnswerError."""
        until_s = time.monotonic() + self._limit_s
        limits = (min(_CONNECT_S, self._limit_s), self._limit_s)
        try:
            with self._session.get(
                f"{self._base}{path}", params=list(arguments), timeout=limits, stream=True, allow_redirects=False
            ) as response:
                return Answer(response.status_code, _read(response, until_s))
        except (requests.RequestException, HTTPError, ValueError) as error:  # requests lets some of theirs through
            raise NoAnswerError(str(error)) from error

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()


def _read(response: requests.Response, until_s: float) -> bytes:
    found = bytearray()
    for piece in response.iter_content(65_536):
        found += piece
        if len(found) > _MOST_BYTES or time.monotonic() > until_s:
            raise NoAnswerError("the answer has no end")
    return bytes(found)
