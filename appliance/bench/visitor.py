"""A phone: asks the pages as a browser does, over one connection, and keeps its session."""

import http.client
import re
import time
from html import unescape
from urllib.parse import urlencode

from msgspec import Struct

PASSWORD = "four plain little words"  # noqa: S105 - of a box that lives for a minute
_PATIENCE_S = 60.0
_FIELDS = {"Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip, deflate, br", "Accept-Language": "en"}
_MARK = re.compile(r'name="mark" value="([0-9a-f]+)"')


class Reply(Struct, frozen=True):
    """An answer. `wire_bytes`: with its status line and fields, as it was sent. `took_s`: until all of it was there."""

    status: int
    kind: str
    body: bytes
    wire_bytes: int
    took_s: float
    place: str = ""
    """Where it sends the visitor to."""

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


class Visitor:
    """Blocks; belongs to one thread. `address`: the visitor's own, in 127.0.0.0/8."""

    def __init__(self, port: int, *, address: str = "127.0.0.1", cookie: str = "") -> None:
        self.cookie = cookie
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=_PATIENCE_S, source_address=(address, 0)
        )

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def get(self, path: str) -> Reply:
        """A page or a file, whole."""
        began_s = time.perf_counter()
        answer = self.begin(path)
        return self._reply(answer, began_s)

    def begin(self, path: str) -> http.client.HTTPResponse:
        """An answer that is still to be read. A connection that was idle for too long is made anew, as browsers do."""
        try:
            return self._asked(path)
        except (http.client.RemoteDisconnected, BrokenPipeError):
            self.close()
            return self._asked(path)

    def send(self, path: str, **fields: str) -> Reply:
        """Fill the form of a page in, and send it there."""
        mark = _MARK.search(self.get(path).text)
        assert mark is not None, f"{path} has no form"
        began_s = time.perf_counter()
        form = {"Content-Type": "application/x-www-form-urlencoded", **self._fields}
        self._connection.request("POST", path, urlencode({"mark": mark[1], **fields}), form)
        return self._reply(self._connection.getresponse(), began_s)

    def come_in(self) -> None:
        """Be the owner: the set-up is over, there is a password, and this is a session."""
        assert self.send("/set-up/end").place == "/"
        assert self.send("/password", password=PASSWORD, again=PASSWORD).place == "/"
        assert self.cookie

    def _asked(self, path: str) -> http.client.HTTPResponse:
        self._connection.request("GET", path, headers=self._fields)
        return self._connection.getresponse()

    @property
    def _fields(self) -> dict[str, str]:
        return {**_FIELDS, **({"Cookie": self.cookie} if self.cookie else {})}

    def _reply(self, answer: http.client.HTTPResponse, began_s: float) -> Reply:
        body = answer.read()
        took_s = time.perf_counter() - began_s
        if cookie := answer.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return Reply(
            status=answer.status,
            kind=answer.getheader("Content-Type", "").partition(";")[0],
            body=body,
            wire_bytes=len(body) + head_bytes(answer),
            took_s=took_s,
            place=answer.getheader("Location", ""),
        )


def head_bytes(answer: http.client.HTTPResponse) -> int:
    """Of an answer, the status line and the fields as they are sent (RFC 9112, chapter 2.1)."""
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in answer.getheaders())]
    return sum(len(line) + 2 for line in [*lines, ""])


def parts(page: str) -> list[str]:
    """What a browser fetches by itself for a page before it can be used: its styles and scripts. Pure."""
    found = re.findall(r'<link rel="stylesheet" href="([^"]+)"|<script src="([^"]+)"', page)
    return [unescape(style or script) for style, script in found]


def pictures(page: str) -> list[str]:
    """What is fetched beside it. Pure."""
    return [unescape(address) for address in re.findall(r'<img [^>]*src="([^"]+)"', page)]


def links(page: str) -> list[str]:
    """Where one can go from it, on this box, each once. Pure."""
    found = (unescape(address) for address in re.findall(r'<a [^>]*href="(/[^"]*)"', page))
    return list(dict.fromkeys(found))


def after(page: str) -> str:
    """The address of the page that follows; empty where none does. Pure."""
    found = re.search(r'<a [^>]*href="([^"]+)" rel="next"', page)
    return unescape(found[1]) if found else ""
