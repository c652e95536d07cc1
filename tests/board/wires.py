"""The box's wires: its buttons and its lamp, held and watched at the machine's GPIO controller.

QEMU's `virt` machine has a PL061 with eight lines; line 3 is the machine's power key. Its qtest protocol (text, a line
each way) sets input lines from outside, and tells every change of the output lines once they are intercepted.
"""

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from tests.board.lamp import Edge

ANSWER_LIMIT_S = 60.0

Button = Literal["save", "upload"]
PINS: dict[Button, int] = {"save": 5, "upload": 6}
LAMP_PIN = 4


class Wires:
    """The only connection to a guest's qtest socket, for its whole life: there can be no second one.

    Buttons connect their pin to ground, and a pin that nobody pulls is low here: so both are let go at once.
    """

    def __init__(self, path: Path, controller: str) -> None:
        self._controller = controller
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._answers: queue.Queue[str] = queue.Queue()
        self.lamp: list[Edge] = []
        """Every change of the lamp so far."""
        self._reader = threading.Thread(target=self._read, name="wires", daemon=True)
        self._reader.start()
        self._say(f"irq_intercept_out {controller}")
        for button in PINS:
            self._set(button, is_down=False)

    @contextlib.contextmanager
    def held(self, button: Button) -> Iterator[None]:
        """A finger on the button."""
        self._set(button, is_down=True)
        try:
            yield
        finally:
            self._set(button, is_down=False)

    def hold(self, button: Button, for_s: float) -> None:
        """Press a button for so long."""
        with self.held(button):
            time.sleep(for_s)

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):  # the emulator may be gone
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._socket.close()

    def _set(self, button: Button, *, is_down: bool) -> None:
        self._say(f"set_irq_in {self._controller} unnamed-gpio-in {PINS[button]} {0 if is_down else 1}")

    def _say(self, command: str) -> None:
        self._socket.sendall(command.encode() + b"\n")
        answer = self._answers.get(timeout=ANSWER_LIMIT_S)
        assert answer.startswith("OK"), f"{command}: {answer}"

    def _read(self) -> None:
        with contextlib.suppress(OSError), self._socket.makefile("r") as lines:
            for line in lines:
                match line.split():
                    case ["IRQ", level, pin]:
                        if int(pin) == LAMP_PIN:
                            self.lamp.append(Edge(time.monotonic(), is_lit=level == "raise"))
                    case _:
                        self._answers.put(line)
