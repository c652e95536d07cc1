"""QEMU's monitor, over its machine protocol (QMP: JSON, a line each way, `qmp_capabilities` first)."""

import json
import socket
from pathlib import Path
from typing import Any

ANSWER_LIMIT_S = 60.0


class Monitor:
    """One connection to a running emulator."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(ANSWER_LIMIT_S)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")
        self._lines.readline()  # the greeting
        self.ask("qmp_capabilities")

    def ask(self, command: str, **arguments: object) -> Any:
        """What it answers; events on the way are passed over."""
        request = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        while line := self._lines.readline():
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            assert "error" not in answer, f"{command}: {answer['error']['desc']}"
        raise ConnectionError("the emulator hung up")

    def find(self, kind: str) -> str:
        """The path of the one device of this kind that the machine itself has."""
        below = "/machine/unattached"
        listed = self.ask("qom-list", path=below)
        (name,) = [entry["name"] for entry in listed if entry["type"] == f"child<{kind}>"]
        return f"{below}/{name}"

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()
