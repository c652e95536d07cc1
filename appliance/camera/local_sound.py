"""Sound of an ALSA device beside a picture. Pure."""

import ffmpeg
from msgspec.structs import replace

from appliance.camera.encoding import encoded_sound
from appliance.camera.source import Footage

_QUEUE = 1024
"""Packets that wait between the threads of two live inputs."""


def with_sound(footage: Footage, device: str | None) -> Footage:
    """The same with the sound of `device`, if there is one."""
    if device is None:
        return footage
    sound = ffmpeg.input(device, f="alsa", thread_queue_size=_QUEUE)
    return replace(footage, streams=(*footage.streams, sound["a:0"]), options=footage.options | encoded_sound())
