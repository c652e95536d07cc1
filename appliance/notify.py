"""Words to the service manager, as sd_notify(3) has them: datagrams to the socket that `NOTIFY_SOCKET` names.

Without a service manager they cost nothing and go nowhere.
"""

import contextlib
import os
import socket
from collections.abc import MutableMapping


class Notifier:
    """Speaks to the service manager. `address`: a path, or `@` and an abstract name; empty: there is none.

    `watchdog_s`: how long the manager waits for a sign of life; None: it waits for none.
    """

    def __init__(self, address: str = "", watchdog_s: float | None = None) -> None:
        self.watchdog_s = watchdog_s if address else None
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def tell(self, *words: str) -> None:
        """Say `words`, such as `READY=1`, all at once. Never waits, never fails: a word may be lost."""
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            line.sendto("\n".join(words).encode(), self._address)


def notifier_of(environment: MutableMapping[str, str]) -> Notifier:
    """The service manager that this process was told of. Its children are not: they would speak in our name."""
    address = environment.pop("NOTIFY_SOCKET", "")
    usec = environment.pop("WATCHDOG_USEC", "")
    is_ours = environment.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    is_waited_for = is_ours and usec.isascii() and usec.isdecimal() and int(usec) > 0
    return Notifier(address, int(usec) / 1e6 if is_waited_for else None)
