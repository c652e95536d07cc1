"""The far end of a cable, in a network of its own: it gives an address to whoever asks for one (DHCP, RFC 2131).

    unshare --net python -m tests.stands.cable_end INTERFACE ADDRESS GIVEN [--deaf N] [--classless]

Waits for the interface, takes ADDRESS, and offers GIVEN in the same /24, with all that such a server may offer besides:
itself as the way to the world, and as the one that knows names. `--classless`: in the newer way, which tells of more
networks (RFC 3442). `--deaf`: so many questions stay
unanswered first, as from a camera that still starts. Ends with its standard input.
"""

import argparse
import contextlib
import socket
import struct
import subprocess
import sys
import threading
import time

_COOKIE = b"\x63\x82\x53\x63"
_DISCOVER, _OFFER, _REQUEST, _ACK = 1, 2, 3, 5
_HEAD = struct.Struct("!BBBBIHH4s4s4s4s16s192x")


def answered(question: bytes, server: str, given: str, *, is_classless: bool) -> bytes | None:
    """What is said to a question; None if it is none that is answered."""
    if len(question) < _HEAD.size or question[_HEAD.size : _HEAD.size + 4] != _COOKIE:
        return None
    _, kind, length, _, number, _, _, _, _, _, _, hardware = _HEAD.unpack_from(question)
    asked = _options(question[_HEAD.size + 4 :]).get(53, b"\0")[0]
    if asked not in {_DISCOVER, _REQUEST}:
        return None
    own, nobody = socket.inet_aton(server), bytes(4)
    head = _HEAD.pack(2, kind, length, 0, number, 0, 0x8000, nobody, socket.inet_aton(given), own, nobody, hardware)
    offered = {
        53: bytes([_OFFER if asked == _DISCOVER else _ACK]),
        54: own,
        51: struct.pack("!I", 3600),
        1: socket.inet_aton("255.255.255.0"),
        3: own,
        6: own,
        15: b"camera.example",
    }
    if is_classless:
        offered[121] = b"\x08\x0a" + own + b"\x00" + own  # 10.0.0.0/8 and everywhere, by us
    return head + _COOKIE + b"".join(bytes([key, len(value)]) + value for key, value in offered.items()) + b"\xff"


def _options(told: bytes) -> dict[int, bytes]:
    found = {}
    while len(told) > 1 and told[0] != 255:
        if told[0] == 0:
            told = told[1:]
            continue
        found[told[0]], told = told[2 : 2 + told[1]], told[2 + told[1] :]
    return found


def serve(interface: str, server: str, given: str, deaf: int, *, is_classless: bool) -> None:
    """Answer for ever."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        door.bind(("", 67))
        while True:
            answer = answered(door.recv(2048), server, given, is_classless=is_classless)
            if answer and deaf <= 0:
                door.sendto(answer, ("255.255.255.255", 68))
            deaf -= 1 if answer else 0


def main() -> None:
    """Plug in, and serve until nobody listens any more."""
    parser = argparse.ArgumentParser()
    parser.add_argument("interface")
    parser.add_argument("address")
    parser.add_argument("given")
    parser.add_argument("--deaf", type=int, default=0)
    parser.add_argument("--classless", action="store_true")
    asked = parser.parse_args()
    sys.stdin.readline()
    while True:
        with contextlib.suppress(OSError):
            socket.if_nametoindex(asked.interface)
            break
        time.sleep(0.05)
    for words in (f"address add {asked.address}/24 dev {asked.interface}", f"link set {asked.interface} up"):
        subprocess.run(["ip", *words.split()], check=True)
    orders = (asked.interface, asked.address, asked.given, asked.deaf)
    how = {"is_classless": asked.classless}
    threading.Thread(target=serve, args=orders, kwargs=how, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
