"""A short-lived `rclone rcd`: rclone's remote control on a unix socket that only we can reach.

Whoever reaches it can do anything that a shell could (docs of `core/command`), so it lives in a private folder, with a
configuration of its own, and never longer than somebody sets up a storage.
"""

import asyncio
import socket
from pathlib import Path
from typing import Any

import msgspec

from appliance.child import Child
from appliance.decoding import UnreadableError, decoded
from appliance.storage.plain_http import Answer, NoAnswerError, ask
from appliance.storage.private_folder import drop_private_folder, make_private_folder
from appliance.storage.rclone import ENVIRONMENT, Rclone

START_LIMIT_S = 120.0
"""Measured 0.1 s on a workstation; the 80 MB program comes from a slow card. A slow emulator seems to need over 60."""
CALL_LIMIT_S = 90.0


class RcdError(Exception):
    """A call failed; the text is rclone's, or tells that rclone is gone."""


class RcdGoneError(RcdError):
    """rclone itself does not answer any more."""


class Rcd:
    """One running `rclone rcd`. `folder`: private, gone with it; `config`: its own configuration file there."""

    def __init__(self, child: Child, folder: Path) -> None:
        self._child = child
        self.folder = folder
        self.config = _config(folder)

    @classmethod
    async def start(cls, binary: str) -> "Rcd":
        """Start it and wait until it answers. Whatever happens here, nothing is left behind.

        Raises:
            RcdError: if it does not start; the text is its last words.
        """
        folder = make_private_folder()
        try:
            child = await _start(binary, folder)
        except BaseException:
            drop_private_folder(folder)
            raise
        return cls(child, folder)

    @property
    def pid(self) -> int:
        return self._child.pid

    async def call(self, path: str, parameters: object = None, *, limit_s: float = CALL_LIMIT_S) -> Any:
        """Call a function of the remote control (https://rclone.org/rc/) and return its answer.

        Raises:
            RcdError: with rclone's words if it refuses.
            RcdGoneError: if it has ended or does not answer in time.
        """
        body = msgspec.json.encode(parameters or {})
        try:
            async with asyncio.timeout(limit_s):
                streams = await asyncio.open_unix_connection(_socket(self.folder))
                answer = await ask(*streams, "POST", f"/{path}", body)
        except TimeoutError:
            raise RcdGoneError(f"rclone did not answer within {limit_s:.0f} s") from None
        except (OSError, NoAnswerError) as error:
            raise RcdGoneError("rclone has ended in the middle of it") from error
        return _result(answer)

    async def stop(self) -> None:
        """End it and remove its folder; safe to repeat."""
        try:
            await self._child.stop()
        finally:
            drop_private_folder(self.folder)


def _config(folder: Path) -> Path:
    return folder / "rclone.conf"


def _socket(folder: Path) -> Path:
    return folder / "rc.sock"


async def _start(binary: str, folder: Path) -> Child:
    """Rclone tells systemd when it listens (sd_notify(3)); here we stand in systemd's place."""
    argv = Rclone(_config(folder), binary).argv("rcd", f"--rc-addr=unix://{_socket(folder)}", "--rc-no-auth")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
        notices.setblocking(False)
        notices.bind(str(folder / "notify.sock"))
        child = await Child.start(argv, environment={**ENVIRONMENT, "NOTIFY_SOCKET": str(folder / "notify.sock")})
        try:
            await _ready(child, notices)
        except BaseException:
            await child.stop()
            raise
    return child


async def _ready(child: Child, notices: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    listening = asyncio.ensure_future(loop.sock_recv(notices, 100))
    ended = asyncio.ensure_future(child.wait())
    try:
        await asyncio.wait([listening, ended], timeout=START_LIMIT_S, return_when=asyncio.FIRST_COMPLETED)
        if not listening.done():
            raise RcdError(child.last_words or "rclone does not start")
    finally:
        listening.cancel()
        ended.cancel()
        await asyncio.gather(listening, ended, return_exceptions=True)


def _result(answer: Answer) -> Any:
    try:
        result = decoded(answer.body, object)
    except UnreadableError as error:
        raise RcdError("rclone said something that is no JSON") from error
    if answer.status == 200:  # noqa: PLR2004 - OK
        return result
    raise RcdError(str(result.get("error", "rclone gave no reason")) if isinstance(result, dict) else "no reason")
