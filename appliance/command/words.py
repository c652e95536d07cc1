"""Sizes, durations and gaps as a person says them."""

from appliance.control.messages import Gap, MemoryUpload, UploadProgress

_START_S = 0.05
_SHORT_S = 9.95
_DAY_S = 86_400
_HOUR_S = 3_600
_MINUTE_S = 60
_KILO = 1000


def duration(seconds: float) -> str:
    """`1.5 s`, `45 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`: two units at most."""
    if seconds < _SHORT_S:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        return _two(divmod(whole, _MINUTE_S), "min", "s")
    if whole < _DAY_S:
        return _two(divmod(whole // _MINUTE_S, 60), "h", "min")
    return _two(divmod(whole // _HOUR_S, 24), "d", "h")


def size(size_bytes: float) -> str:
    """`999 B`, `1.2 GB`: decimal, as cards are sold."""
    if size_bytes < _KILO:
        return f"{size_bytes:.0f} B"
    for unit in ("kB", "MB", "GB"):
        size_bytes /= _KILO
        if size_bytes < _KILO - 0.5:
            return f"{size_bytes:.1f} {unit}" if size_bytes < _SHORT_S else f"{size_bytes:.0f} {unit}"
    return f"{size_bytes / _KILO:.1f} TB"


def count(number: int, one: str, many: str) -> str:
    """`1 memory`, `2 memories`."""
    return f"{number} {one if number == 1 else many}"


def gap(gap: Gap) -> str:
    """`30 s missing at 1 min 2 s (the camera was away)`."""
    length = "an unknown time" if gap.length_s is None else duration(gap.length_s)
    place = "the start" if gap.at_s < _START_S else duration(gap.at_s)
    return f"{length} missing at {place} ({printable(gap.reason)})"


def got(got_s: float, asked_s: float) -> str:
    """`3 min`, or `2 min of 3 min` when it is not all that was asked for."""
    have, asked = duration(got_s), duration(asked_s)
    return have if got_s >= asked_s or have == asked else f"{have} of {asked}"


def progress(progress: UploadProgress) -> str:
    """`40 %, 1.2 MB of 3.0 MB, 150 kB/s, 12 s left`."""
    share = progress.sent_bytes / progress.size_bytes if progress.size_bytes else 1.0
    left = "" if progress.eta_s is None else f", {duration(progress.eta_s)} left"
    sizes = f"{size(progress.sent_bytes)} of {size(progress.size_bytes)}"
    return f"{min(share, 1.0):.0%}, {sizes}, {size(progress.speed_bytes_s)}/s{left}"


def proof(proof: str) -> str:
    """What proves a copy: `its sha256`, `its size`, `reading it back`."""
    return "reading it back" if proof == "re-read" else f"its {proof}"


def upload(upload: MemoryUpload) -> str:
    """Where a memory is on its way to the storage; why not yet, or what proves it. One sentence, and a remark."""
    if upload.state == "proven":
        told = f"proven by {proof(upload.proof or '')}, {upload.remote_path}"
    elif upload.progress is not None:
        told = f"{upload.state}, {progress(upload.progress)}"
    else:
        told = f"{upload.state}: {upload.reason}" if upload.reason else upload.state
    return printable(f"{told} ({upload.remark})" if upload.remark else told)


def printable(text: str) -> str:
    """The text on one line, without anything that a terminal would obey: cameras and disks have a say in it."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _two(parts: tuple[int, int], large: str, small: str) -> str:
    return f"{parts[0]} {large}" + (f" {parts[1]} {small}" if parts[1] else "")
