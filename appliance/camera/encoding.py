"""What ffmpeg must be told to encode, or to copy, so that every segment can be read on its own.

The segment muxer asks encoders for global headers (AVFMT_GLOBALHEADER), which leaves the parameter sets out of
the stream. ffmpeg's MPEG-TS muxer would put them back before key frames where it knows them; other containers do
not, and not every encoder tells them. So the encoder repeats them, and the `dump_extra` filter does where
footage is copied.
"""

from collections.abc import Mapping

COPIED_PICTURE: dict[str, str | int] = {"c:v": "copy"}
PARAMETERS_IN_EVERY_KEY_FRAME: dict[str, str | int] = {"bsf:v": "dump_extra"}
"""For cameras that tell SPS and PPS beside the stream only (RTSP: in the SDP)."""

_INLINE_HEADERS: dict[str, str | int] = {"flags:v": "-global_header"}
KEY_FRAME_EVERY_SECOND: dict[str, str | int] = {
    "force_key_frames": "expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+0.95))"
}
"""By time, not by count: a camera in the dark may halve its rate. 0.95 leaves room for one late frame."""

SOFTWARE_WARNING = (
    "The pictures are encoded by the processor, which is slow and warm work on a small board; "
    "a camera that gives H.264 needs none of it."
)


def exact_key_frames(rate: int) -> dict[str, str | int]:
    """A key frame every `rate` pictures, neither sooner nor later; for a source whose rate is certain."""
    return {"g": rate, "keyint_min": rate}


def software_picture(
    bitrate: int, key_frames: Mapping[str, str | int] = KEY_FRAME_EVERY_SECOND
) -> dict[str, str | int]:
    """H.264 by x264 as phones play it. `bitrate` in bits per second."""
    return {
        "c:v": "libx264",
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile:v": "main",
        "pix_fmt": "yuv420p",
        "b:v": bitrate,
        "maxrate": bitrate,
        "bufsize": bitrate,
        "sc_threshold": 0,
        **_INLINE_HEADERS,
        **key_frames,
    }


def board_picture(rate: int, bitrate: int) -> dict[str, str | int]:
    """H.264 by the board's own encoder (V4L2 memory to memory), with a key frame at least every second.

    Raspberry Pi's ffmpeg repeats SPS and PPS before every key frame unless global headers are asked for
    (https://github.com/RPi-Distro/ffmpeg/pull/10).
    """
    return {
        "c:v": "h264_v4l2m2m",
        "pix_fmt": "yuv420p",
        "b:v": bitrate,
        "g": rate,
        **_INLINE_HEADERS,
        **KEY_FRAME_EVERY_SECOND,
    }


def encoded_sound(bitrate: int = 96_000) -> dict[str, str | int]:
    """AAC at 48 kHz; lost packets become silence, so that sound keeps step with the picture."""
    return {"c:a": "aac", "b:a": bitrate, "ar": 48_000, "af": "aresample=async=1000"}
