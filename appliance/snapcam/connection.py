"""One RTSP connection: requests and their answers, by number."""

import asyncio
import contextlib
from typing import Any

from appliance.attending.serving import TroubleError
from appliance.snapcam.rtsp import Answer, Answers, RtspError, number_of, request

ANSWER_LIMIT_S = 5.0
MOST_ASKED = 16
"""A question before so many others is answered no more: PLAY is repeated for days."""
_CONNECT_LIMIT_S = 3.0
_PORTION = 65_536


class Connection:
    """To the server of the camera called `name`. `ended`: once it is over, with the reason."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> None:
        self._writer = writer
        self._name = name
        self._number = 0
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self.ended = asyncio.create_task(self._read(reader))

    @classmethod
    async def open(cls, host: str, port: int, name: str) -> "Connection":
        """Raises OSError if nobody is there."""
        async with asyncio.timeout(_CONNECT_LIMIT_S):  # a TimeoutError is an OSError
            reader, writer = await asyncio.open_connection(host, port)
        return cls(reader, writer, name)

    @property
    def our_address(self) -> str:
        """By which the camera sees us."""
        address: str = self._writer.get_extra_info("sockname")[0]
        return address

    async def ask(self, method: str, url: str, headers: dict[str, str] | None = None) -> Answer:
        """The answer, good or bad.

        Raises:
            TroubleError: if none comes.
        """
        answer = self.post(method, url, headers)
        first: list[asyncio.Future[Any]] = [answer, self.ended]
        await asyncio.wait(first, timeout=ANSWER_LIMIT_S, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        if self.ended.done():
            raise TroubleError(self.ended.result())
        raise TroubleError(f"{self._name} is connected but gives no answer; does it hang? Switch it off and on.")

    def post(self, method: str, url: str, headers: dict[str, str] | None = None) -> "asyncio.Future[Answer]":
        """Ask without waiting."""
        self._number += 1
        self._writer.write(request(method, url, self._number, headers))
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[self._number] = answer
        self._asked.pop(self._number - MOST_ASKED, None)
        return answer

    async def close(self) -> None:
        """Hang up."""
        self.ended.cancel()
        await asyncio.gather(self.ended, return_exceptions=True)
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader) -> str:
        """Take answers until the connection is over; the reason."""
        answers = Answers()
        try:
            while portion := await reader.read(_PORTION):
                for answer in answers.take(portion):
                    self._settle(answer)
        except RtspError:
            return f"{self._name} answers, but not as RTSP does; is its address right?"
        except OSError:
            return f"{self._name} broke the connection; is it still on and near?"
        return f"{self._name} has closed the connection; is it still on, charged and near?"

    def _settle(self, answer: Answer) -> None:
        """A server that gives no number means the oldest question."""
        told = number_of(answer.headers.get("cseq", ""))
        asked = self._asked.pop(min(self._asked, default=0) if told is None else told, None)
        if asked and not asked.done():
            asked.set_result(answer)
