"""Names on the storage, and what may be done with what lies there. Pure."""

import hashlib
import posixpath
from collections.abc import Iterator
from typing import Literal

from appliance.upload.model import Facts, Job, RemoteFile

MOST_NAMES = 99
PARTIAL = ".partial"

Verdict = Literal["free", "ours", "unsure", "overwrite", "taken"]
"""`free`: nothing lies there. `ours`: the whole file lies there, to be proven. `unsure`: it may be, by its size.
`overwrite`: what we left unfinished lies there. `taken`: something else does, which is not to be touched."""


def candidates(path: str) -> Iterator[str]:
    """The path, then with `-2`, `-3`… before the ending."""
    yield path
    folder, name = split(path)
    stem, ending = posixpath.splitext(name)
    for number in range(2, MOST_NAMES + 1):
        yield f"{folder}{stem}-{number}{ending}"


def split(path: str) -> tuple[str, str]:
    """The folder of a remote path, with the `:` or `/` at its end, and the name."""
    at = max(path.rfind("/"), path.find(":")) + 1
    return path[:at], path[at:]


def mark(job: Job) -> str:
    """The ending of the temporary names of a job: nobody else's file has it."""
    return f".{hashlib.sha256(job.key.encode()).hexdigest()[:8]}{PARTIAL}"


def judge(found: RemoteFile | None, own_hash: str | None, job: Job, path: str, facts: Facts) -> Verdict:
    """What to make of what lies at a path. `own_hash`: of our file, of the kind that was asked for."""
    if found is None:
        return "free"
    is_begun_here = job.is_begun and job.remote_path == path
    leaves_rests = not facts.is_atomic and not facts.can_move
    rest: Verdict = "overwrite" if is_begun_here and leaves_rests else "taken"
    if found.size_bytes != job.size_bytes:
        return rest
    if found.hash and own_hash:
        return "ours" if found.hash == own_hash else rest
    return "ours" if is_begun_here else "unsure"
