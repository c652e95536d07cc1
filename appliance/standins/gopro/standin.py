"""The camera as a whole: what is asked over HTTP changes the machine, and the stream follows the machine."""

import random
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from appliance.standins.gopro.card import Card
from appliance.standins.gopro.faults import Faults, concerns
from appliance.standins.gopro.film import film
from appliance.standins.gopro.kinds import KINDS, Kind
from appliance.standins.gopro.machine import Camera, Target
from appliance.standins.gopro.paths import DEFAULT_PORT, Reply, Request, answer
from appliance.standins.gopro.server import Server
from appliance.standins.gopro.stream import Stream

_TICK_S = 0.1


class GoProStandIn:
    """Serves at `host` and `port` (0: any) while the context lasts; `faults` may be changed at any time.

    `stream_port`: where it sends to unless it is told another port. `folder`: for its film and its card's files.
    `size`: of its pictures. `beside`: who else gets them (`Stream`). `camera` is the machine, to be looked at; whoever
    changes it holds `lock`.
    """

    def __init__(
        self,
        kind: Kind = KINDS["HERO12"],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        stream_port: int = DEFAULT_PORT,
        folder: Path | None = None,
        size: str = "848x480",
        is_wired: bool = False,
        beside: Sequence[int] = (),
        seed: int = 1,
    ) -> None:
        self._own_folder = None if folder else tempfile.TemporaryDirectory(prefix="gopro-")
        self._folder = folder or Path(self._own_folder.name if self._own_folder else "")
        self.faults = Faults()
        self.camera = Camera(kind, is_wired=is_wired)
        self.card = Card(self._folder)
        self.lock = threading.Lock()
        self.size = size
        self.asked: list[tuple[float, str]] = []
        """When (monotonic, seconds) which path was asked for."""
        self._stream_port = stream_port
        self._beside = beside
        self._chance = random.Random(seed)  # noqa: S311 - packets are lost by it
        self._stream: Stream | None = None
        self._playing: tuple[Target, str] | None = None
        self._is_over = threading.Event()
        self._server = Server((host, port), self)
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(_TICK_S,), name="camera http"),
            threading.Thread(target=self._tick, name="camera"),
        ]

    @property
    def address(self) -> str:
        """ADDRESS:PORT, as an owner would write it."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def __enter__(self) -> Self:
        film(self._folder, self.camera.kind.codec, self.size)  # coded before anybody waits for it
        self.camera.wake(time.monotonic())
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.faults.heal()
        self._is_over.set()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()
        self._follow(None)
        if self._own_folder:
            self._own_folder.cleanup()

    # What a person does to it

    def press_shutter(self) -> None:
        """Begin to record to its own card."""
        with self.lock:
            self.camera.press(time.monotonic())

    def release_shutter(self) -> None:
        """End that."""
        with self.lock:
            self.camera.release(time.monotonic())

    def fall_asleep(self) -> None:
        """As if it had not been kept alive."""
        with self.lock:
            self.camera.sleep()

    def wake(self) -> None:
        """By its button, or by Bluetooth."""
        with self.lock:
            self.camera.wake(time.monotonic())

    # What is asked of it

    def ask(self, path: str, query: Mapping[str, str], address: str) -> Reply | None:
        with self.lock:
            now_s = time.monotonic()
            self.asked.append((now_s, path))
            if self.camera.is_asleep:
                return None
            if concerns(self.faults.refuses, path):
                return Reply(500)
            if path.startswith(("/gopro/media/", "/videos/")) and path != "/gopro/media/turbo_transfer":
                return self._of_card(path, query)
            return answer(self.camera, Request(path, query, address, now_s, self._stream_port))

    def _of_card(self, path: str, query: Mapping[str, str]) -> Reply:
        match path:
            case "/gopro/media/list":
                return Reply(body=self.card.listed())
            case "/gopro/media/last_captured":
                last = self.card.last()
                return Reply(body=last) if last else Reply(204)
            case "/gopro/media/delete/file":
                return Reply() if self.card.delete(query.get("path", "")) else Reply(400)
            case _:
                return Reply() if path.startswith("/videos/DCIM/") else Reply(404)

    # Its stream

    def _tick(self) -> None:
        while not self._is_over.wait(_TICK_S):
            with self.lock:
                self.camera.look_at_clock(time.monotonic())
                to = self.camera.sends_to
            self._follow(to)

    def _follow(self, to: Target | None) -> None:
        """Stream there, and nowhere else."""
        wanted = (to, self.size) if to else None
        if wanted == self._playing:
            return
        if self._stream:
            self._stream.stop()
            self._stream = None
        self._playing = wanted
        if to and self.faults.starts_dead > 0:
            self.faults.starts_dead -= 1
        elif to:
            shown = film(self._folder, self.camera.kind.codec, self.size)
            self._stream = Stream(shown, to, self.faults, self._chance, self._beside)
