"""The pages' process.

    python -m setup_portal --state FOLDER --socket CONTROL [--listen ADDRESS:PORT] [--trust-loopback] [--idle MINUTES]

Exit codes: 0 asked to stop or idle, 2 it cannot serve.
"""

import argparse
import logging
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from appliance.control.client import find_socket
from setup_portal.app import pages
from setup_portal.gate import Gate
from setup_portal.idle import Idle
from setup_portal.serving import first_free, handed_sockets, is_sending, server_for
from setup_portal.store import Store

DEFAULT = ("127.0.0.1", 8080)
LOOK_AT_LEAST_EVERY_S = 5.0
_log = logging.getLogger("moment.portal")


def main() -> int:
    """Serve until SIGTERM, or until nobody has come for long enough."""
    asked = _arguments().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("waitress").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, _stop)
    try:
        sockets = handed_sockets(os.environ) or [first_free(asked.listen or [DEFAULT])]
        store = Store(asked.state)
        store.key()
    except OSError as trouble:
        _log.error("The pages cannot be served: %s.", trouble.strerror or trouble)
        return 2
    _serve(asked, sockets, store)
    return 0


def _serve(asked: argparse.Namespace, sockets: list[socket.socket], store: Store) -> None:
    idle = Idle(asked.idle * 60 if asked.idle else None, time.monotonic())
    application = pages(store, idle, find_socket(asked.socket, os.environ), trusts_loopback=asked.trust_loopback)
    server = server_for(Gate(application, idle, socket.gethostname), sockets)
    if asked.idle:
        every_s = min(LOOK_AT_LEAST_EVERY_S, asked.idle * 60)
        threading.Thread(target=_watch, args=(idle, server, every_s), name="idle", daemon=True).start()
    host, port = sockets[0].getsockname()[:2]
    _log.info("The pages are at http://%s:%s/.", f"[{host}]" if ":" in host else host, port)
    server.run()


def _watch(idle: Idle, server: Any, every_s: float) -> None:
    while is_sending(server) or not idle.is_over(time.monotonic()):
        time.sleep(every_s)
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m setup_portal")
    parser.add_argument("--state", type=Path, required=True, help="the folder of what the pages remember")
    parser.add_argument("--socket", help="the recorder's control socket")
    parser.add_argument(
        "--listen", type=_address, action="append", metavar="ADDRESS:PORT", help="several: the first that is free"
    )
    parser.add_argument(
        "--trust-loopback", action="store_true", help="let this machine's own users set the first password"
    )
    parser.add_argument("--idle", type=float, metavar="MINUTES", help="end when nobody came for so long")
    return parser


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError("write it as ADDRESS:PORT")
    return host.strip("[]"), int(port)


if __name__ == "__main__":
    sys.exit(main())
