"""The owner's phone, in the guest: a radio in a network namespace of its own, and a browser without a window."""

import re
import shlex
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from tests.board.box import Box
from tests.board.card import Card
from tests.board.payload import MOUNTED

_IN_HAND = "nsenter --net=/run/netns/phone python3 -S"
NO_CABLE = (
    "nmcli device set eth0 managed no && "
    "/usr/lib/klibc/bin/ipconfig ip=10.0.2.15::0.0.0.0:255.255.255.0::eth0:none >/dev/null"
)
"""The wire that the camera's stream comes by is the bench's: a Zero 2 W has none, and the box is to know of none."""
SET_UP_IS_OPEN = "nmcli -t -f NAME connection show --active | grep -qx 'Moment Recorder set-up'"
PAGE_LIMIT_S = 300.0
"""The pages' process may have to be loaded first, and the emulator is slow."""


def set_up_network(card: Card) -> tuple[str, str]:
    """Name and password, by what stands on the card."""
    text = card.read("moment-wifi.txt")
    name, password = (re.findall(rf"^{key}: +(.+)$", text, re.MULTILINE)[0] for key in ("Name", "Password"))
    return name, password


class Page(Struct):
    """What the phone was shown. `code`: of HTTP, 0 where the page had no such form; `place`: where it was sent to."""

    code: int
    url: str
    place: str
    title: str
    words: str


class _Names(Struct):
    addresses: list[str]


@dataclass(frozen=True)
class Phone:
    """One phone. It stays with the network that it was told, and comes back to it."""

    box: Box

    def join(self, name: str, password: str) -> str:
        """Join a network; the address that the phone got there."""
        said = self.box.run(f"{MOUNTED}/phone {shlex.quote(name)} {shlex.quote(password)}", PAGE_LIMIT_S)
        return said.partition(" address: ")[2].split()[0]

    def get(self, url: str) -> Page:
        """A page, wherever it leads to."""
        return self._browse("get", url)

    def send(self, url: str, action: str, /, **values: str) -> Page:
        """Fill in the form of a page that goes to `action`, and go where that leads."""
        return self._browse("send", url, action, *(f"{name}={value}" for name, value in values.items()))

    def probe(self, address: str, host: str, path: str) -> Page:
        """What the phone's system hears when it looks for the internet."""
        return self._browse("probe", address, host, path)

    def resolve(self, server: str, name: str) -> list[str]:
        """The addresses of a name."""
        said = self.box.run(f"{_IN_HAND} {MOUNTED}/visitor resolve {server} {name}")
        return msgspec.json.decode(said, type=_Names).addresses

    def find(self, name: str) -> list[str]:
        """The addresses of a neighbour, by its name."""
        said = self.box.run(f"{_IN_HAND} {MOUNTED}/visitor find {name}")
        return msgspec.json.decode(said, type=_Names).addresses

    def open_doors(self, address: str, first: int, last: int) -> list[int]:
        """The TCP ports of an address that let the phone in."""
        said = self.box.run(f"{_IN_HAND} {MOUNTED}/doors {address} {first} {last}", PAGE_LIMIT_S)
        return [int(port) for port in said.split()]

    def _browse(self, *words: str) -> Page:
        said = self.box.run(f"{_IN_HAND} {MOUNTED}/visitor {shlex.join(words)}", PAGE_LIMIT_S)
        return msgspec.json.decode(said, type=Page)
