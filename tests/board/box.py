"""The box inside a machine, asked as root by its own command line, and looked at from its own shell."""

import re
import socket
import time
from pathlib import Path

import msgspec

from appliance.boot.report import BootReport
from appliance.control.messages import Memory, SaveAnswer, StatusAnswer
from tests.board.lamp import got_it_at_s
from tests.board.machine import Machine, wait_until
from tests.board.qemu import FILES_PORT

MEMORIES = "/data/memories"
RING = "/data/ring"
COMMAND_LIMIT_S = 90.0
GOT_IT_LIMIT_S = 60.0
_FRESH_S = 15.0


class Box:
    """What runs on a machine. Asking costs the guest a process each time."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def run(self, script: str, within_s: float = COMMAND_LIMIT_S) -> str:
        """What a script says in the guest's root shell."""
        return self.machine.shell.run(script, within_s)

    def is_true(self, test: str) -> bool:
        """Whether a command of the guest's shell succeeds."""
        return self.machine.shell.attempt(test, COMMAND_LIMIT_S)[0] == 0

    def report(self) -> BootReport:
        """What this boot found."""
        return msgspec.json.decode(self.run("cat /run/moment-boot/report.json"), type=BootReport)

    def status(self) -> StatusAnswer | None:
        """How the recorder is; None while nobody answers."""
        code, said, _ = self.machine.shell.attempt("moment status --json", COMMAND_LIMIT_S)
        return msgspec.json.decode(said, type=StatusAnswer) if code == 0 else None

    def ring_s(self) -> float:
        """How much footage the ring holds."""
        status = self.status()
        return status.ring.seconds if status else 0.0

    def segments_of_newest_epoch(self) -> int:
        """How many it has begun: footage of this boot, which is all that presses of this boot keep."""
        return int(self.run(f"find {RING}/$(ls {RING} | grep '^[0-9]*$' | tail -1) -name '*.ts' | wc -l"))

    def memories(self) -> list[Memory]:
        """What it has kept, newest first."""
        return msgspec.json.decode(self.run("moment memories --json"), type=list[Memory])

    def upload_state(self, name: str) -> str:
        """How far the upload of a memory is."""
        (state,) = [memory.upload.state for memory in self.memories() if memory.name == name]
        return state

    def save(self, minutes: float) -> SaveAnswer:
        """Keep the last minutes by the command; when this returns, the claim is durable."""
        return msgspec.json.decode(self.run(f"moment save --minutes {minutes:g} --json"), type=SaveAnswer)

    def wait_until_recording(self, within_s: float) -> StatusAnswer:
        """Its status, once it records: a segment is fresh."""
        found: list[StatusAnswer] = []

        def records() -> bool:
            status = self.status()
            if status is None or status.recording.state != "recording" or status.ring.segments < 1:
                return False
            age_s = status.recording.last_segment_age_s
            found.append(status)
            return age_s is not None and age_s < _FRESH_S

        wait_until("recording", records, within_s, every_s=3.0)
        return found[-1]

    def wait_until_kept(self, count: int, within_s: float) -> list[Memory]:
        """All memories, once there are so many and nothing is unfinished."""
        kept: list[Memory] = []

        def is_kept() -> bool:
            status = self.status()
            if status is None or status.memories.pending or status.memories.count < count:
                return False
            kept[:] = self.memories()
            return True

        wait_until(f"{count} memories kept", is_kept, within_s, every_s=3.0)
        return kept

    def has_said_got_it(self, since_s: float) -> bool:
        """Whether its lamp has shown *got it* to the end after `since_s`, monotonic seconds of this machine."""
        return got_it_at_s(self.machine.wires.lamp, since_s) is not None

    def press(self, hold_s: float) -> None:
        """Hold the save button, and return when the lamp has said that the moment cannot be lost."""
        since_s = time.monotonic()
        self.machine.wires.hold("save", hold_s)
        self.wait_until_got_it(since_s)

    def wait_until_got_it(self, since_s: float, within_s: float = GOT_IT_LIMIT_S) -> None:
        """Return when its lamp has said so."""
        wait_until("the lamp says got it", lambda: self.has_said_got_it(since_s), within_s, every_s=0.05)

    def sha256(self, path: str) -> str:
        """Of a file of the guest."""
        return self.run(f"sha256sum -- '{path}'").split()[0]

    def fetch(self, path: str, target: Path) -> Path:
        """Copy a file of the guest to this machine."""
        size_bytes = int(self.run(f"stat -c %s -- '{path}'"))
        with socket.socket(socket.AF_UNIX) as port, target.open("wb") as file:
            port.connect(str(self.machine.files))
            port.settimeout(COMMAND_LIMIT_S)
            self.run(f"(cat -- '{path}' >/dev/virtio-ports/{FILES_PORT}) </dev/null >/dev/null 2>&1 & disown")
            while file.tell() < size_bytes:
                piece = port.recv(min(1 << 20, size_bytes - file.tell()))
                assert piece, "the guest hung up in the middle of a file"
                file.write(piece)
        return target

    def available_mb(self) -> int:
        """Memory that could still be had in the guest."""
        (found,) = re.findall(r"MemAvailable: +(\d+) kB", self.run("cat /proc/meminfo"))
        return int(found) // 1024

    def uptime_s(self) -> float:
        """Since its kernel began."""
        return float(self.run("cat /proc/uptime").split()[0])

    def failed_units(self) -> str:
        """What systemd calls failed, if anything."""
        return self.run("systemctl --failed --no-legend --plain").strip()
