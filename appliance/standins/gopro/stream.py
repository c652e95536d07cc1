"""Its stream: ffmpeg's MPEG-TS in datagrams of seven packets, of which some may be lost on the way."""

import random
import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from appliance.standins.gopro.faults import Faults
from appliance.standins.gopro.film import playing

DATAGRAM_BYTES = 7 * 188


class Stream:
    """Plays `film` to `to` until `stop`. A thread and a child of its own.

    `beside`: ports of this machine that get every packet as well, the first of them before anybody else.
    """

    def __init__(
        self, film: Path, to: tuple[str, int], faults: Faults, chance: random.Random, beside: Sequence[int] = ()
    ) -> None:
        self._faults = faults
        self._chance = chance
        others = [("127.0.0.1", port) for port in beside]
        self._to = [*others[:1], to, *others[1:]]
        self._player = subprocess.Popen(  # in a group of its own: a signal to the camera is none to it
            playing(film), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, process_group=0
        )
        self._thread = threading.Thread(target=self._send, name="stream", daemon=True)
        self.sent = self.lost = 0
        self._thread.start()

    def _send(self) -> None:
        assert self._player.stdout is not None
        with socket.socket(type=socket.SOCK_DGRAM) as sender:
            while datagram := self._player.stdout.read(DATAGRAM_BYTES):
                if self._faults.is_silent:
                    continue
                if self._chance.random() < self._faults.loss:
                    self.lost += 1
                    continue
                for to in self._to:
                    sender.sendto(datagram, to)
                self.sent += 1

    def stop(self) -> None:
        """Not a packet more."""
        self._player.kill()
        self._thread.join()
        self._player.wait()
        if self._player.stdout:
            self._player.stdout.close()
