#!/usr/bin/env python3
"""rpicam-vid without a camera: takes its options as the real one does, and encodes ffmpeg's test picture.

Options and their rules are those of rpicam-apps (core/options.hpp, core/video_options.hpp, 1.1 to 1.7), which are read
by boost::program_options: an option with an implicit value takes one only after "=". `MOMENT_RPICAM`: `none` (no camera
on the cable), `busy`, `hangs` (without a word), or `dies` (after a second).
"""

import os
import sys

FLAGS = {"nopreview", "inline", "listen", "low-latency", "verbose", "list-cameras", "hflip", "vflip", "flush", "raw"}
VALUES = {
    "timeout", "output", "width", "height", "framerate", "bitrate", "profile", "level", "intra", "codec", "camera",
    "libav-video-codec", "libav-video-codec-opts", "libav-format", "libav-audio", "av-sync", "save-pts", "segment",
    "rotation", "shutter", "gain", "ev", "awb", "denoise", "mode", "tuning-file", "quality",
}  # fmt: skip
WORDS = {"none": "ERROR: *** no cameras available ***", "busy": "ERROR: *** failed to acquire camera /base/soc ***"}


def options(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    left = iter(words)
    for word in left:
        name, is_joined, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or name not in FLAGS | VALUES:
            sys.exit(f"ERROR: *** unrecognised option '{word}' ***")
        found[name] = value if is_joined else "1" if name in FLAGS else next(left)
    return found


def main() -> None:
    asked = options(sys.argv[1:])
    mood = os.environ.get("MOMENT_RPICAM", "")
    if mood in WORDS:
        sys.exit(WORDS[mood])
    if mood == "hangs":
        os.execvp("sleep", ["sleep", "1000"])
    assert asked["codec"] == "libav", "without libav the stream has no time stamps"
    assert asked["timeout"] == "0", "in milliseconds; 0 is for ever"
    rate = asked["framerate"]
    picture = f"testsrc2=size={asked['width']}x{asked['height']}:rate={rate}"
    encoding = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", asked["profile"]]
    encoding += ["-b:v", asked["bitrate"], "-g", asked["intra"], "-keyint_min", asked["intra"], "-sc_threshold", "0"]
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-re", "-f", "lavfi", "-i", picture, "-pix_fmt", "yuv420p"]
    length = ["-t", "1"] if mood == "dies" else []
    output = [*length, "-f", asked["libav-format"], asked["output"]]
    os.execvp("ffmpeg", [*argv, *encoding, *output])


if __name__ == "__main__":
    main()
