"""What of a network camera's streams is copied and what must be encoded. Pure."""

from typing import Any

from appliance.camera.encoding import COPIED_PICTURE, SOFTWARE_WARNING, encoded_sound, software_picture
from appliance.camera.probe import StreamFacts
from appliance.camera.source import Footage

_PICTURES = frozenset({"h264", "hevc"})
"""Never touched."""
_SOUNDS = frozenset({"aac", "mp3", "ac3"})
"""Play from an MP4 on phones and in browsers; anything else becomes AAC."""
_BITRATE = 4_000_000


def network_footage(camera: Any, facts: StreamFacts, *, has_sound: bool) -> Footage:
    """`camera`: an ffmpeg-python input node. `has_sound`: whether the owner wants what sound there is."""
    options, warning = _picture(facts.video_codec)
    streams: tuple[Any, ...] = (camera["v:0"],)
    if has_sound and facts.audio_codec is not None:
        streams += (camera["a:0"],)
        options |= _sound(facts.audio_codec)
    return Footage(streams=streams, options=options, warning=warning)


def is_copied(facts: StreamFacts) -> bool:
    """Whether nothing of it has to be encoded."""
    return facts.video_codec in _PICTURES and facts.audio_codec in {None, *_SOUNDS}


def _picture(codec: str) -> tuple[dict[str, str | int], str | None]:
    if codec in _PICTURES:
        return dict(COPIED_PICTURE), None
    return software_picture(_BITRATE), f"The camera gives {codec}. {SOFTWARE_WARNING}"


def _sound(codec: str) -> dict[str, str | int]:
    return {"c:a": "copy"} if codec in _SOUNDS else encoded_sound()
