"""Players of the ring: each asks for what a browser of its kind asks for, in its order."""

import http.client
import re
import time
from collections.abc import Callable
from html import unescape
from http import HTTPStatus

from appliance.bench.materials import SEGMENT_S, ToolFailedError
from appliance.bench.visitor import Visitor

AHEAD_S = 30.0
"""A player keeps so much in store, then takes what follows as fast as it shows it."""
_CHUNK_BYTES = 64 * 1024
_BOX_HEAD_BYTES = 8


def begin_list(visitor: Visitor, page: str) -> None:
    """From a page of looking back to the first segment, whole: browsers that play lists, and scripts that do."""
    _fetch(visitor, _first_segment(visitor, page))


def begin_pieces(visitor: Visitor, page: str) -> None:
    """The same as the list of HEVC has it: the head, then the first piece of MP4."""
    address = _first_segment(visitor, page)
    for of_hevc in (address.replace("segment", "head").replace(".ts", ".mp4"), _piece(address)):
        _fetch(visitor, of_hevc)


def begin_film(visitor: Visitor, page: str) -> None:
    """From the page to the first fragment of its film, for browsers that play no lists; then the player goes."""
    _, film = sources(visitor.get(page).text)
    answer = visitor.begin(film)
    _read_fragment(answer)
    answer.close()
    visitor.close()


BEGIN: dict[str, Callable[[Visitor, str], None]] = {
    "list and first segment": begin_list,
    "list, head and first piece, as of HEVC": begin_pieces,
    "film, its first fragment": begin_film,
}


def watch_list(visitor: Visitor, page: str, seconds: float) -> float:
    """Play a list for so long; seconds that the picture stood still for want of footage."""
    list_address, _ = sources(visitor.get(page).text)
    began_s, stood_s = time.monotonic(), 0.0
    for number, address in enumerate(segments(visitor.get(list_address).text)):
        _wait_until(min(began_s + seconds, began_s + stood_s + number * SEGMENT_S - AHEAD_S))
        if time.monotonic() >= began_s + seconds:
            return stood_s
        _fetch(visitor, address)
        stood_s += _late_s(began_s + stood_s, number * SEGMENT_S)
    raise ToolFailedError(f"The list of {page} was too short.")


def watch_film(visitor: Visitor, page: str, seconds: float, bytes_per_s: float) -> float:
    """Play a film for so long; seconds that the picture stood still for want of footage."""
    _, film = sources(visitor.get(page).text)
    answer, began_s, stood_s, played = visitor.begin(film), time.monotonic(), 0.0, 0
    while time.monotonic() < began_s + seconds:
        chunk = answer.read(_CHUNK_BYTES)
        if not chunk:
            raise ToolFailedError(f"The film of {page} ended after {played} bytes.")
        stood_s += _late_s(began_s + stood_s, played / bytes_per_s)
        played += len(chunk)
        _wait_until(min(began_s + seconds, began_s + stood_s + played / bytes_per_s - AHEAD_S))
    answer.close()
    visitor.close()
    return stood_s


def sources(page: str) -> tuple[str, str]:
    """The addresses of the list and of the film, as a page of looking back has them. Pure.

    Raises:
        ToolFailedError: it shows no footage.
    """
    found = [unescape(address) for address in re.findall(r'<source src="([^"]+)"', page)]
    if len(found) != 2:  # noqa: PLR2004 - a list and a film
        raise ToolFailedError("The page of looking back shows no footage.")
    return found[0], found[1]


def segments(written: str) -> list[str]:
    """The addresses in a list: every line that is no tag (RFC 8216, chapter 4.1). Pure."""
    return [line for line in written.splitlines() if line and not line.startswith("#")]


def _first_segment(visitor: Visitor, page: str) -> str:
    list_address, _ = sources(visitor.get(page).text)
    return segments(visitor.get(list_address).text)[0]


def _piece(address: str) -> str:
    return address.replace("segment", "piece").replace(".ts", ".m4s")


def _fetch(visitor: Visitor, address: str) -> None:
    reply = visitor.get(address)
    if reply.status != HTTPStatus.OK or not reply.body:
        raise ToolFailedError(f"The pages do not give {address}: {reply.status}.")


def _read_fragment(answer: http.client.HTTPResponse) -> None:
    """Every box up to and with the first `mdat` (ISO/IEC 14496-12, 4.2)."""
    while head := answer.read(_BOX_HEAD_BYTES):
        answer.read(int.from_bytes(head[:4], "big") - _BOX_HEAD_BYTES)
        if head[4:] == b"mdat":
            return
    raise ToolFailedError("The film ended before its first picture.")


def _wait_until(at_s: float) -> None:
    time.sleep(max(0.0, at_s - time.monotonic()))


def _late_s(began_s: float, due_s: float) -> float:
    """How long after it was due something came. What comes first is never late: nothing has been shown yet."""
    return max(0.0, time.monotonic() - began_s - due_s) if due_s else 0.0
