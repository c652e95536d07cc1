"""`systemctl` for one unit: keeps a recorder running that is started as /usr/bin/moment would, until it says "ready".

usage: systemctl.py BOX restart|reset-failed UNIT    BOX: a folder with card/, data/ and control.sock
"""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

UNIT = "moment-recorder.service"


def main(box: Path, verb: str, unit: str) -> int:
    with (box / "systemctl.log").open("a") as log:
        log.write(f"{verb} {unit}\n")
    if verb != "restart":
        return 0
    stop(box)
    current = box / "data" / "app" / "current"
    folder = current if (current / "lib").is_dir() else box / "card"
    (box / "control.sock").unlink(missing_ok=True)
    recorder = subprocess.Popen(
        [sys.executable, "-m", "appliance.supervise", str(box / "control.sock")],
        env={**os.environ, "PYTHONPATH": str(folder / "lib"), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder.resolve(),
        start_new_session=True,
        text=True,
    )
    assert recorder.stdout is not None
    if not recorder.stdout.readline():
        return 1
    (box / "recorder.pid").write_text(f"{recorder.pid}\n")
    return 0


def stop(box: Path) -> None:
    """End the recorder, if there is one."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int((box / "recorder.pid").read_text()), signal.SIGKILL)
        (box / "recorder.pid").unlink()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
