"""`[board] pi_camera`: the ribbon camera's switch, two lines of the file that the board reads before any kernel. Pure.

`start_x=1` loads the start file with the camera's drivers, which wants `gpu_mem` of at least 128 (raspberrypi.com,
config.txt). They stand in `config.txt` itself: the board's first stage, which chooses the start file, follows no
`include`. On and off are of one length, so that the file is amended in place, within one sector: a power cut leaves the
one or the other, never a card without `config.txt`, which would not start.
"""

import re

from appliance.boot.scene import Amend, Part, Put, Scene

NAME = "config.txt"
ON = b"start_x=1\ngpu_mem=128\n"
OFF = b"start_x=0\ngpu_mem=16\n\n"

_LINES = re.compile(rb"^(?:start_x|gpu_mem)=.*\n?", re.MULTILINE)


def plan_switch(scene: Scene, *, is_on: bool | None) -> Part:
    """The switch put where it should be; None leaves it where it is."""
    content = scene.content("firmware", NAME)
    wanted = ON if is_on else OFF
    if is_on is None or wanted in content or (not is_on and b"start_x=1" not in content):
        return Part()
    if not content:
        return Part(troubles=[f"There is no {NAME} on the card's first partition: write the image to the card anew."])
    said = f"The Raspberry Pi's camera is switched {'on' if is_on else 'off'} from the next start on."
    return Part(tidying=[_switched(content, wanted)], tidied=[said], needs_restart=True)


def _switched(content: bytes, wanted: bytes) -> Amend | Put:
    before = OFF if wanted == ON else ON
    if before in content:
        return Amend("firmware", NAME, content.replace(before, wanted, 1))
    return Put("firmware", NAME, _LINES.sub(b"", content).rstrip(b"\n") + b"\n" + wanted)  # the owner has edited it
