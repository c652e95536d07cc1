"""What a story needs inside the guest and the box does not have: a disk of its own beside the card.

It holds the scripts in `guest/`, and `hostapd`, which the package layer of the image keeps beside the box.
"""

import shutil
import subprocess
from pathlib import Path

from tests.conftest import PROJECT_ROOT

MOUNTED = "/run/payload"
MOUNT = f"mkdir -p {MOUNTED}; mountpoint -q {MOUNTED} || mount -o ro /dev/disk/by-id/virtio-payload {MOUNTED}"


def make_payload(folder: Path) -> Path:
    """The disk, a squashfs, in `folder`."""
    tree, disk = folder / "payload", folder / "payload.img"
    shutil.copytree(PROJECT_ROOT / "tests" / "board" / "guest", tree)
    (package,) = (_package_layer() / "extras").glob("hostapd_*.deb")
    subprocess.run(["dpkg-deb", "-x", str(package), str(tree)], check=True)
    disk.unlink(missing_ok=True)
    subprocess.run(["mksquashfs", str(tree), str(disk), "-quiet", "-no-progress", "-all-root"], check=True)
    return disk


def _package_layer() -> Path:
    script = PROJECT_ROOT / "image-build" / "package-layer"
    done = subprocess.run([str(script)], stdout=subprocess.PIPE, text=True, check=True)
    return Path(done.stdout.strip())
