"""Whether the box's programs run: tried in its own root, under emulation."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

LINKED = (
    "/usr/bin/ffmpeg",
    "/usr/bin/ffprobe",
    "/usr/bin/python3",
    "/usr/bin/nmcli",
    "/usr/sbin/NetworkManager",
    "/usr/sbin/wpa_supplicant",
    "/usr/sbin/dnsmasq",
    "/usr/libexec/bluetooth/bluetoothd",
    "/usr/lib/polkit-1/polkitd",
    "/usr/bin/minisign",
    "/usr/bin/arecord",
    "/usr/sbin/e2fsck",
    "/usr/sbin/sfdisk",
)
"""Programs whose libraries must all be there, whatever was left out of the packages."""

TRIALS: Sequence[Sequence[str]] = (
    ("/usr/bin/ffmpeg", "-hide_banner", "-version"),
    ("/usr/lib/moment-recorder/lib/bin/rclone", "version"),
    ("/usr/bin/moment", "--help"),
    (
        *("/usr/bin/env", "PYTHONPATH=/usr/lib/moment-recorder/lib", "PYTHONDONTWRITEBYTECODE=1"),
        *("/usr/bin/python3", "-s", "-c", "import lgpio, gpiozero, msgspec, watchdog, dbus_next, appliance.app"),
    ),
)
"""Commands that must end well."""


def missing_libraries(listing: str) -> list[str]:
    """The names that the dynamic loader's `--list` did not find."""
    return re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)


def library_troubles(root: Path) -> list[str]:
    """Programs of the box that lack a library, a sentence each."""
    troubles = []
    modules = sorted(root.glob("usr/lib/moment-recorder/lib/**/*.so"))
    for program in (*LINKED, *(f"/{module.relative_to(root)}" for module in modules)):
        if not (root / program[1:]).exists():
            troubles.append(f"{program} is not there.")
            continue
        shown = _run(root, ("/lib/ld-linux-aarch64.so.1", "--list", program))
        lacking = missing_libraries(shown.stdout + shown.stderr)
        if lacking or shown.returncode:
            troubles.append(f"{program} lacks {', '.join(lacking) or shown.stderr.strip()}.")
    return troubles


def trial_troubles(root: Path) -> list[str]:
    """Commands that failed in the box's root, a sentence each."""
    troubles = []
    for trial in TRIALS:
        done = _run(root, trial)
        if done.returncode:
            troubles.append(f"{' '.join(trial)} ends with {done.returncode}: {done.stderr.strip()[-500:]}")
    return troubles


def _run(root: Path, argv: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    # neither the pins' library nor rclone shall leave its own files in the root
    apart = ("/usr/bin/env", "LG_WD=/run", "RCLONE_CONFIG=/dev/null", "HOME=/run")
    return subprocess.run(
        ["chroot", str(root), *apart, *argv],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
