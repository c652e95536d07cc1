"""`[board] pi_camera`: the ribbon camera's switch, a file that the board reads before any kernel. Pure.

`start_x=1` loads the start file with the camera's drivers, which wants `gpu_mem` of at least 128 (raspberrypi.com,
config.txt). The image's `config.txt` includes the file.
"""

from appliance.boot.scene import Part, Put, Scene

NAME = "moment-camera.txt"
ON = b"# Written by Moment Recorder: [board] pi_camera = true in moment.toml.\nstart_x=1\ngpu_mem=128\n"
OFF = b"# Written by Moment Recorder: [board] pi_camera = false in moment.toml.\n"

_IS_ON = b"start_x=1"


def plan_switch(scene: Scene, *, is_on: bool | None) -> Part:
    """The switch put where it should be; None leaves it where it is."""
    was_on = _IS_ON in scene.content("firmware", NAME)
    if is_on is None or is_on == was_on:
        return Part()
    said = f"The Raspberry Pi's camera is switched {'on' if is_on else 'off'} from the next start on."
    return Part(tidying=[Put("firmware", NAME, ON if is_on else OFF)], tidied=[said], needs_restart=True)
