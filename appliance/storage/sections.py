"""The text of rclone's configuration file: one section is taken out or put in, everything else stays as it is. Pure.

The format is goconfig's (rclone 1.75): a section begins with a line `[name]`, keys are `key = value`, comments begin
with `#` or `;`. Work is done on bytes, so that nothing is lost in what we do not understand.
"""

import re

from appliance.storage.model import Remote

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ENCRYPTED = b"RCLONE_ENCRYPT_V"
"""The first word of an encrypted file (fs/config/crypt.go)."""


def is_encrypted(content: bytes) -> bool:
    """Whether a password is needed to read it."""
    words = (line for line in _LINE.findall(content) if line.strip() and not _is_comment(line))
    return next(words, b"").strip().startswith(_ENCRYPTED)


def remotes_in(content: bytes) -> list[Remote]:
    """The remotes in their order; `kind` is empty where the section says no `type`."""
    found: dict[str, str] = {}
    name: str | None = None
    for line in _LINE.findall(content):
        header = _header(line)
        if header is not None:
            name = header
            found.setdefault(name, "")
        elif name is not None and not _is_comment(line):
            key, _, value = line.partition(b"=")
            if key.strip() == b"type":
                found[name] = value.strip().decode(errors="replace")
    return [Remote(name, kind) for name, kind in found.items()]


def section_of(content: bytes, name: str) -> bytes | None:
    """The section with its header, up to its last key; None if there is none."""
    lines = _LINE.findall(content)
    place = _place(lines, name)
    return b"".join(lines[place]) if place else None


def with_section(content: bytes, section: bytes) -> bytes:
    """The section added at the end, after an empty line."""
    if content and not content.endswith(b"\n"):
        content += b"\n"
    between = b"\n" if content and not content.endswith((b"\n\n", b"\n\r\n")) else b""
    return content + between + section.rstrip(b"\r\n") + b"\n"


def without_section(content: bytes, name: str) -> bytes:
    """All sections of this name taken out, each with the empty line after it; comments before and after them stay."""
    lines = _LINE.findall(content)
    while place := _place(lines, name):
        following = lines[place.stop : place.stop + 1]
        end = place.stop + (1 if following and not following[0].strip() else 0)
        del lines[place.start : end]
    return b"".join(lines)


def _place(lines: list[bytes], name: str) -> slice | None:
    """Where the section stands: from its header to its last line that is neither empty nor a comment."""
    start = next((number for number, line in enumerate(lines) if _header(line) == name), None)
    if start is None:
        return None
    end = start + 1
    for number in range(start + 1, len(lines)):
        if _header(lines[number]) is not None:
            break
        if lines[number].strip() and not _is_comment(lines[number]):
            end = number + 1
    return slice(start, end)


def _header(line: bytes) -> str | None:
    line = line.removeprefix(_BYTE_ORDER_MARK).strip()
    if len(line) > 1 and line.startswith(b"[") and line.endswith(b"]"):
        return line[1:-1].strip().decode(errors="replace")
    return None


def _is_comment(line: bytes) -> bool:
    return line.lstrip().startswith((b"#", b";"))
