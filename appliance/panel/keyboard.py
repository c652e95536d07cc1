"""The keys of the terminal as buttons, for `moment demo`.

A digit holds the save button for that many steps, `u` presses the upload button, `U` holds it until set-up mode,
`q` asks to stop; others may have a meaning of their own. The buttons' keys drive gpiozero's mock pins in real time, so
that everything behind the pins is the very code of the board. Keys are also read from a pipe.
"""

import asyncio
import contextlib
import os
import signal
import stat
import termios
import tty
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gpiozero.pins.mock import MockFactory

from appliance.panel.hardware import Button

SHORT_PRESS_S = 0.1
GAP_S = 0.2
"""Between two presses of keys: longer than a bounce, shorter than impatience."""


class MockButtons:
    """Buttons without a board: `factory` is the pin factory for `GpioPanel`."""

    def __init__(self, *, save_pin: int, upload_pin: int) -> None:
        self.factory: Any = MockFactory()
        self._pins = {"save": self.factory.pin(save_pin), "upload": self.factory.pin(upload_pin)}
        for pin in self._pins.values():
            pin.pull = "up"

    def down(self, button: Button) -> None:
        """Connect the pin to ground, as a finger does."""
        self._pins[button].drive_low()

    def up(self, button: Button) -> None:
        """Let go."""
        self._pins[button].drive_high()

    def close(self) -> None:
        self.factory.close()


class _KeyedButton:
    """One button: keys that come while it is down wait for their turn."""

    def __init__(self, buttons: MockButtons, button: Button) -> None:
        self._buttons = buttons
        self._button = button
        self._holds_s: deque[float] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def press(self, hold_s: float) -> None:
        self._holds_s.append(hold_s)
        if self._timer is None:
            self._next()

    def stop(self) -> None:
        self._holds_s.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._buttons.up(self._button)

    def _next(self) -> None:
        self._timer = None
        if self._holds_s:
            self._buttons.down(self._button)
            self._timer = asyncio.get_running_loop().call_later(self._holds_s.popleft(), self._release)

    def _release(self) -> None:
        self._buttons.up(self._button)
        self._timer = asyncio.get_running_loop().call_later(GAP_S, self._next)


class Keyboard:
    """Reads keys from `fd`: a terminal while it is ours (foreground), or a pipe until its end.

    Anything else (a file, /dev/null, the terminal of another session, a background job) is left alone without
    a word. A terminal gives single keys without echo until `stop()`, which gives it back as it was.
    `others`: what more keys do.
    """

    def __init__(
        self,
        buttons: MockButtons,
        *,
        seconds_per_step: float,
        on_quit: Callable[[], None],
        others: Mapping[str, Callable[[], None]] | None = None,
        set_up_after_s: float = 10,
        fd: int = 0,
    ) -> None:
        self._save = _KeyedButton(buttons, "save")
        self._upload = _KeyedButton(buttons, "upload")
        self._seconds_per_step = seconds_per_step
        self._set_up_after_s = set_up_after_s
        self._on_quit = on_quit
        self._others = others or {}
        self._fd = fd
        self._is_listening = False
        self._modes: list[Any] | None = None

    def start(self) -> bool:
        """Whether keys are read (now; a stopped job that returns to the foreground begins to read)."""
        if _is_terminal(self._fd):
            asyncio.get_running_loop().add_signal_handler(signal.SIGCONT, self._resume)
        return self._listen()

    def stop(self) -> None:
        """Let go of buttons and terminal; safe without `start()`."""
        if _is_terminal(self._fd):
            asyncio.get_running_loop().remove_signal_handler(signal.SIGCONT)
        self._deafen()
        for button in (self._save, self._upload):
            button.stop()
        if self._modes is not None and _is_foreground(self._fd):
            with contextlib.suppress(termios.error), _unstoppable():  # the terminal may have gone
                termios.tcsetattr(self._fd, termios.TCSADRAIN, self._modes)
            self._modes = None

    def _listen(self) -> bool:
        if _is_terminal(self._fd):
            if not _is_foreground(self._fd):
                return False
            self._modes = self._modes or termios.tcgetattr(self._fd)
            with _unstoppable():
                tty.setcbreak(self._fd, termios.TCSADRAIN)
        elif not _is_stream(self._fd):
            return False
        asyncio.get_running_loop().add_reader(self._fd, self._read)
        self._is_listening = True
        return True

    def _deafen(self) -> None:
        if self._is_listening:
            asyncio.get_running_loop().remove_reader(self._fd)
            self._is_listening = False

    def _resume(self) -> None:
        self._deafen()
        self._listen()

    def _read(self) -> None:
        try:
            with _unstoppable():
                keys = os.read(self._fd, 64)
        except OSError:  # in the background, or the terminal has gone
            keys = b""
        if not keys:
            self._deafen()
        for key in keys.decode("ascii", "ignore"):
            self._act(key)

    def _act(self, key: str) -> None:
        if "1" <= key <= "9":
            margin_s = min(0.3, self._seconds_per_step / 4)  # in the middle of nowhere: a late timer changes nothing
            self._save.press((int(key) - 1) * self._seconds_per_step + margin_s)
        elif key == "u":
            self._upload.press(SHORT_PRESS_S)
        elif key == "U":
            self._upload.press(self._set_up_after_s + SHORT_PRESS_S)
        elif key == "q":
            self._on_quit()
        elif key in self._others:
            self._others[key]()


def _is_terminal(fd: int) -> bool:
    return os.isatty(fd)


def _is_foreground(fd: int) -> bool:
    """Whether `fd` is the terminal of our session, and our turn to use it: touching it otherwise stops us."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:
        return False


def _is_stream(fd: int) -> bool:
    try:
        mode = os.fstat(fd).st_mode
    except OSError:  # closed
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


@contextlib.contextmanager
def _unstoppable() -> Iterator[None]:
    """The shell may take the terminal back after we looked: then a read fails with EIO instead of stopping us."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTIN, signal.SIGTTOU})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
