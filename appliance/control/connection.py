"""One client's connection, as the server sees it: whole lines in, messages out, never blocking on a slow reader."""

import asyncio
import contextlib
import socket
import struct

import msgspec

from appliance.control.messages import Answer

LONGEST_LINE_BYTES = 64 * 1024
UNREAD_LIMIT_BYTES = 256 * 1024

_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group (unix(7))


def encode_line(message: Answer) -> bytes:
    """A message as it goes over the socket."""
    return msgspec.json.encode(message) + b"\n"


class BadLineError(Exception):
    """A line that cannot be a request. The text is a sentence; the next line may be fine."""


class Connection:
    """Owns the streams of one client, who may leave what it gets unread for `patience_s`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience_s: float) -> None:
        self._reader = reader
        self._writer = writer
        self._patience_s = patience_s

    @property
    def peer_uid(self) -> int:
        """The user behind the client, as the kernel vouches for it (SO_PEERCRED)."""
        peer: socket.socket = self._writer.get_extra_info("socket")
        credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        return int(_CREDENTIALS.unpack(credentials)[1])

    async def receive(self) -> bytes | None:
        """The next line, or None when the client has said its last.

        Raises:
            BadLineError: the line is too long or was broken off.
        """
        try:
            return await self._reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as end:
            if end.partial:
                raise BadLineError("The request broke off in the middle of its line.") from None
            return None
        except asyncio.LimitOverrunError:
            await self._skip_line()
            raise BadLineError(f"A request may be {LONGEST_LINE_BYTES // 1024} KiB long, not more.") from None

    def send(self, message: Answer) -> None:
        """Put a message on its way at once. A client that leaves too much unread is cut off instead."""
        self.send_line(encode_line(message))

    def send_line(self, line: bytes) -> None:
        """`send` for a message that is encoded already."""
        transport = self._writer.transport
        if transport.get_write_buffer_size() > UNREAD_LIMIT_BYTES:
            transport.abort()
        elif not transport.is_closing():
            self._writer.write(line)

    async def drain(self) -> None:
        """Until the client has read most of what was sent.

        Raises:
            ConnectionError: the client has gone.
            TimeoutError: it does not read.
        """
        await asyncio.wait_for(self._writer.drain(), self._patience_s)

    async def close(self) -> None:
        """Let the client read the rest, within limits, then hang up."""
        self._writer.close()
        with contextlib.suppress(OSError):
            try:
                await asyncio.wait_for(self._writer.wait_closed(), self._patience_s)
            finally:
                self.abort()

    def abort(self) -> None:
        """Hang up now."""
        self._writer.transport.abort()

    async def _skip_line(self) -> None:
        while True:
            try:
                await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as overrun:
                await self._reader.readexactly(overrun.consumed)
            except asyncio.IncompleteReadError:
                return
            else:
                return
