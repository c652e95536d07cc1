"""What a claim cannot do without, in one function: the bare script that a press is compared with."""

import os
from collections.abc import Callable

BARE = "bare"


def claim_barely(sources: list[tuple[str, str]], content: bytes, root: str) -> None:
    """Link `sources` (path, name of the link) into a folder of `root`, and make it durable in the promised order.

    The last source is the open segment: its bytes are flushed.
    """
    provisional = f"{root}/new-{BARE}"
    os.mkdir(provisional)  # noqa: PTH102 - bare calls are what this is about
    for path, name in sources:
        os.link(path, f"{provisional}/{name}")
    _flush(f"{provisional}/{sources[-1][1]}", os.O_RDONLY, os.fdatasync)
    handle = os.open(f"{provisional}/claim.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    os.write(handle, content)
    os.fsync(handle)
    os.close(handle)
    _flush(provisional, os.O_RDONLY | os.O_DIRECTORY, os.fsync)
    os.rename(provisional, f"{root}/{BARE}")  # noqa: PTH104 - see above
    _flush(root, os.O_RDONLY | os.O_DIRECTORY, os.fsync)


def _flush(path: str, flags: int, flush: Callable[[int], None]) -> None:
    handle = os.open(path, flags)
    flush(handle)
    os.close(handle)
