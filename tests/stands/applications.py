"""Applications small enough to be bundled by the dozen: each answers at the control socket as it was made to."""

import platform
import sys
from pathlib import Path
from typing import Literal

from appliance.update.making import make_bundle

Behaviour = Literal["works", "dies", "is blind"]
"""`dies`: before it is up. `is blind`: it answers, but never records."""

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

_SUPERVISE = """
import json, socket, sys, time
from appliance import __version__

BEHAVIOUR = {behaviour!r}
if BEHAVIOUR == "dies":
    sys.exit(2)
began_s = time.monotonic()
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
print("ready", flush=True)
while True:
    client, _ = server.accept()
    with client:
        client.recv(4096)
        state = "no-camera" if BEHAVIOUR == "is blind" else "recording"
        status = {{
            "is": "status", "version": __version__, "uptime_s": time.monotonic() - began_s,
            "recording": {{"state": state, "last_segment_age_s": 0.0}},
        }}
        client.sendall(json.dumps(status).encode() + b"\\n")
"""


def make_application(folder: Path, version: str, behaviour: Behaviour = "works") -> Path:
    """An application folder, as an image's build leaves it."""
    package = folder / "lib" / "appliance"
    package.mkdir(parents=True)
    (folder / "version").write_text(f"{version}\n")
    (package / "__init__.py").write_text(f'__version__ = "{version}"\n')
    (package / "supervise.py").write_text(_SUPERVISE.format(behaviour=behaviour))
    return folder


def bundled(folder: Path, key: Path, version: str, behaviour: Behaviour = "works", oldest_base: str = "0.1") -> Path:
    """A signed bundle of such an application, in `folder`, which is made."""
    application = make_application(folder / "application", version, behaviour)
    return make_bundle(
        application, key, folder, architecture=platform.machine(), python=PYTHON, oldest_base=oldest_base
    )
