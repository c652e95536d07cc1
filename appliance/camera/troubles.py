"""From a program's last words to one plain sentence that names the culprit and the cure."""

import re
import signal

_LONGEST = 200
_STARS = "***"

_IN_AUTHORITY = re.compile(r"(?<=://)(?=[^\n]*@)(?:[^\n]*:[^\n]*|[^/?#\s\n]+)@")
_IN_QUERY = re.compile(r"(?i)((?:pass(?:word|wd)?|pwd|token|secret)=)[^&\s]+")

_SPECIFIC = (
    (r"failed to execute (?P<what>\S+): No such file", "{what} is not installed: sudo apt install ffmpeg"),
    (r"No space left on device", "There is no space left on the disk."),
    (r"Read-only file system", "The disk is read-only."),
    (
        r"401 Unauthorized|authorization failed",
        "{camera} does not accept the user name or the password; check camera.url.",
    ),
    (r"403 Forbidden", "{camera} does not let this user watch it."),
    (r"404 Not Found", "{camera} has no stream at that address; check the path in camera.url."),
    (
        r"failed: 461|transport in server reply",
        "{camera} does not offer this transport; try the other camera.transport.",
    ),
    (
        r"failed: 5\d\d|5XX Server Error",
        "{camera} answers that it cannot stream now; is it still starting, or are too many watching?",
    ),
    (
        r"Connection refused",
        "{camera} refuses the connection; is it switched on, and is the port in camera.url right?",
    ),
    (
        r"resolve hostname|Name or service not known|name resolution|No address associated",
        "{camera} has a name that this network does not know; check camera.url or use its IP address.",
    ),
    (
        r"No route to host|Network is unreachable|Host is down|Host is unreachable",
        "{camera} cannot be reached; is it on the same network as this box?",
    ),
    (
        r"Connection timed out|Operation timed out",
        "{camera} does not answer; is it switched on and on this network?",
    ),
    (r"Address already in use", "{camera} cannot be heard: another program listens on that UDP port."),
    (r"(?P<what>cannot open audio device \S+)", "{camera}: {what}; `arecord -l` lists the sound devices."),
    (
        r"Permission denied|Operation not permitted",
        "{camera} may not be read by this user: sudo usermod -aG video,audio $USER, then log in again.",
    ),
    (r"resource busy", "{camera} is in use by another program."),
    (r"No such device", "{camera} is not connected any more."),
    (r"/dev/\S+: No such file", "{camera} is not there; is it plugged in?"),
    (
        r"Unrecognized option|Option \S+ not found",
        "This ffmpeg does not know how to read {camera}; versions 5.0 to 7 do: sudo apt install ffmpeg",
    ),
    (r"Unknown encoder '(?P<what>[^']*)'", "This ffmpeg has no encoder {what}: sudo apt install ffmpeg"),
)
"""Looked for first, in all lines: ffmpeg's last line is often a mere echo, sometimes a wrong one."""

_GENERAL = (
    (
        r"rtsps?://.*Invalid data found",
        "{camera} is connected but gives no answer; does it hang, or is that not its RTSP port?",
    ),
    (r"(?:tcp|rtsps?)://.*Input/output error", "{camera} broke the connection."),
    (r"Input/output error", "{camera} has gone silent."),
    (
        r"Could not find codec parameters|does not contain any stream|Invalid data found",
        "{camera} sends something, but no picture that can be read.",
    ),
)
_PREFIX = re.compile(r"^(?:\[[^\]]* @ 0x[0-9a-f]+\] *)+")


def without_secrets(text: str) -> str:
    """`text` with `user:password` of every URL, and passwords in its query, replaced by stars.

    When in doubt more is starred, not less: a password may itself hold `@`, `/` or blanks.
    """
    return _IN_QUERY.sub(rf"\1{_STARS}", _IN_AUTHORITY.sub(f"{_STARS}@", text))


def explain(last_words: str, exit_code: int, camera_name: str) -> str:
    """One line for the owner, without secrets: why ffmpeg or ffprobe ended.

    `exit_code`: negative for a signal. 0 never means "fine": ffmpeg gives it when a UDP stream dies.
    """
    if exit_code < 0:
        return _one_line(f"The program that reads {camera_name} was ended by {_signal_name(-exit_code)}.")
    lines = [line for line in last_words.splitlines() if line.strip()]
    known = _recognise(lines, _SPECIFIC, camera_name) or _recognise(lines, _GENERAL, camera_name)
    if known:
        return _one_line(known)
    if lines:
        return _one_line(f"{camera_name}: {_PREFIX.sub('', lines[-1])}")
    if exit_code == 0:
        return _one_line(f"{camera_name} has stopped sending.")
    return _one_line(f"{camera_name} ended without a word (exit code {exit_code}).")


def _recognise(lines: list[str], table: tuple[tuple[str, str], ...], camera_name: str) -> str | None:
    for line in reversed(lines):
        for pattern, sentence in table:
            found = re.search(pattern, line)
            if found:
                return sentence.format(camera=camera_name, **found.groupdict())
    return None


def _one_line(sentence: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in without_secrets(sentence))
    line = " ".join(printable.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
