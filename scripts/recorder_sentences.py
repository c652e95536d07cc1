"""The recorder's sentences, as they stand in its source: what a page may have to say in another language.

A sentence begins with a capital or with a value, has three words or more, and ends as sentences do, or in a value. What
fills a gap in it is named after the expression: `f"{self.name} is gone."` is `%(name)s is gone.`
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOMS = (
    "attending",
    "camera",
    "gopro",
    "gopro_legacy",
    "recording",
    "memories",
    "network",
    "panel",
    "safe",
    "service",
    "snapcam",
    "storage",
    "upload",
)
"""Of `appliance/`: the others talk to who started them, or on the card's first partition."""
NOT_TOLD = {
    "archive.py", "bus.py", "diagnostics.py", "joining.py", "lamp.py", "ledger.py", "link.py", "probing.py",
    "queries.py", "rcd.py", "rclone.py", "truth.py",
}  # fmt: skip
"""The pages have a table of the lamp's own; the rest speaks to logs, in films, or to whoever helps."""
FRAGMENTS = {
    "MPEG-TS stream at %(url)s", "RTSP camera at %(url)s", "camera at %(device)s",
    "no picture has arrived for %(silent_s)s s", "the camera changed its picture format",
    "%(name)s did not answer within %(limit_s)s s", "%(name)s is connected but sends no picture",
    "the recorder was restarted", "the box was restarted", "the camera was away",
    "a damaged piece of the recording was left out", "a piece of the recording is missing",
    "because the box knows no other network yet", "because somebody asked for it",
    "because none of the networks that the box knows is found", "that is yet to come",
    "joined for good in %(minutes)s min, or when you say so", "the hours of upload", "monthly cap of %(cap_bytes)s GB",
    "rclone's configuration is locked by a password: remove it, since nobody is here to type it.",
}  # fmt: skip
"""Parts of sentences that fill a gap, and reasons that stand alone."""
_LOG = {"debug", "info", "warning", "error", "exception", "critical"}
_SENTENCE = re.compile(r"(?:%\(|[A-Z])\S*(?: \S+){2,}(?:[.?]|[.:] ?%\(\w+\)s)\Z", re.DOTALL)
_FIELD = re.compile(r"\{(\w*)[^{}]*\}")


def sentences(appliance: Path) -> Iterator[tuple[str, str]]:
    """The file (below `appliance`) and the text of each."""
    for room in ROOMS:
        for path in sorted((appliance / room).rglob("*.py")):
            if "standin" not in path.parts and path.name not in NOT_TOLD:
                for text in told_in(path.read_text("utf-8")):
                    yield str(path.relative_to(appliance.parent)), text


def told_in(source: str) -> Iterator[str]:
    """The sentences of one file."""
    reader = _Reader()
    reader.visit(ast.parse(source))
    yield from dict.fromkeys(text for text in reader.found if _SENTENCE.match(text) or text in FRAGMENTS)


class _Reader(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if not (isinstance(node.func, ast.Attribute) and node.func.attr in _LOG):
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.found.append(_plain(node.value).strip())

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        names: list[str] = []
        self.found.append("".join(_piece(part, names) for part in node.values).strip())
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)


def _piece(part: ast.expr, names: list[str]) -> str:
    if not isinstance(part, ast.FormattedValue):
        return _plain(str(part.value)) if isinstance(part, ast.Constant) else ""
    name = _name(part.value)
    names.append(name)
    return f"%({name}{names.count(name) if names.count(name) > 1 else ''})s"


def _plain(text: str) -> str:
    """A text whose `{fields}` are gaps, too: it is filled in later, by `format`."""
    return _FIELD.sub(r"%(\1)s", text.replace("%", "%%"))


def _name(value: ast.expr) -> str:
    """What an expression is called after: its last plain word."""
    words = [node.id for node in ast.walk(value) if isinstance(node, ast.Name)]
    words += [node.attr for node in ast.walk(value) if isinstance(node, ast.Attribute)]
    match value:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name.strip("_")
        case _:
            return words[-1].strip("_") if words else "value"
