"""gpControl: what a GoPro of the old kind is asked over HTTP. A call never takes longer than `limit_s`."""

import time
from typing import Any

import requests
from msgspec import Struct
from urllib3.exceptions import HTTPError

from appliance.attending.abandoning import within
from appliance.decoding import UnreadableError, decoded, decoded_or_none
from appliance.gopro_legacy.session import Status

_STREAM = "/gp/gpControl/execute?p1=gpStream&a1=proto_v2&c1={}"
_STATUS = "/gp/gpControl/status"
_INFO = "/gp/gpControl/info"
_OPEN_VERSION = "/gopro/version"
_MOST_BYTES = 1_000_000
_OK = 200
_GUESTS, _RECORDING = "31", "10"


class ControlError(Exception):
    """The camera did not do it. The text is one plain sentence for the owner."""


class _Answer(Struct):
    status: dict[str, Any]


class Info(Struct, frozen=True):
    """Who it is, such as "HD5.02.02.70.00" and "HERO5 Black"; "" where it does not tell."""

    firmware_version: str = ""
    model_name: str = ""


class _InfoAnswer(Struct):
    info: Info


class _OpenAnswer(Struct):
    version: str


def read_info(body: bytes) -> Info:
    """From `/gp/gpControl/info`."""
    told = decoded_or_none(body, _InfoAnswer)
    return told.info if told else Info()


def read_status(body: bytes) -> Status | None:
    """From `/gp/gpControl/status`; None if it makes no sense. A camera that does not count guests has one: us."""
    try:
        told = decoded(body, _Answer).status
        return Status(guests=int(told.get(_GUESTS, 1)), is_recording=int(told.get(_RECORDING, 0)) != 0)
    except (UnreadableError, TypeError, ValueError, OverflowError):
        return None


class Control:
    """The camera at `host` and `port`, called `name` before the owner."""

    def __init__(self, host: str, port: int, name: str, limit_s: float = 4.0) -> None:
        self._base = f"http://{host}:{port}"
        self._name = name
        self._limit_s = limit_s
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy stands between us and a camera

    async def status(self) -> Status:
        """How it is.

        Raises:
            ControlError: if it cannot be asked, as with every call here.
        """
        status = read_status(await self._get(_STATUS))
        if status is None:
            raise ControlError(f"{self._name} answers, but not as a GoPro does; is its address right?")
        return status

    async def info(self) -> Info:
        """Who it is, as far as it tells."""
        try:
            return read_info(await self._get(_INFO))
        except ControlError:
            return Info()

    async def speaks_open(self) -> bool:
        """Whether it is of the newer kind, which answers much of the old one's language, too."""
        try:
            return decoded_or_none(await self._get(_OPEN_VERSION), _OpenAnswer) is not None
        except ControlError:
            return False

    async def start(self) -> None:
        """Have it stream to us, anew."""
        await self._get(_STREAM.format("restart"))

    async def stop(self) -> None:
        """Have it stream no longer."""
        await self._get(_STREAM.format("stop"))

    async def _get(self, path: str) -> bytes:
        until_s = time.monotonic() + self._limit_s
        try:
            return await within(self._limit_s, lambda: self._fetch(path, until_s))
        except (TimeoutError, requests.Timeout):
            raise ControlError(
                f"{self._name} does not answer; is it on, with its Wi-Fi on, and is this box in its network?"
            ) from None
        except (requests.RequestException, HTTPError, ValueError) as error:  # requests lets some of theirs through
            raise ControlError(f"{self._name} cannot be reached ({_cause(error)}); is this box in its Wi-Fi?") from None

    def _fetch(self, path: str, until_s: float) -> bytes:
        limit_s = self._limit_s
        url = self._base + path
        with self._session.get(url, stream=True, timeout=limit_s, allow_redirects=False) as answer:
            if answer.status_code != _OK:
                raise ControlError(f"{self._name} refuses (HTTP {answer.status_code}); is it busy, or showing a menu?")
            body = b""
            for piece in answer.iter_content(65_536):
                body += piece
                if len(body) > _MOST_BYTES or time.monotonic() > until_s:
                    break
        return body


def _cause(error: Exception) -> str:
    """A word about it; requests' own texts are for programmers."""
    text = str(error)
    known = ("Connection refused", "Network is unreachable", "No route to host", "Connection reset", "aborted")
    return next((words.lower() for words in known if words in text), "no sense in its answer")
