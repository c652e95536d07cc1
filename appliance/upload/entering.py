"""How a file of the catalogue becomes a job. Pure."""

from msgspec.structs import replace

from appliance.memories.model import Entry
from appliance.upload.model import Job


def key_of(entry: Entry) -> str:
    """What a file is known by: its claim, which outlives its name; a file that says nothing of itself: its name."""
    return f"{entry.claim}#{entry.part}" if entry.claim else f"name:{entry.name}"


def job_of(entry: Entry) -> Job:
    """A job that nothing has happened to yet."""
    return Job(
        key=key_of(entry),
        id=entry.id,
        name=entry.name,
        pressed_wall_s=entry.press.wall_s,
        size_bytes=entry.size_bytes,
        sha256=entry.sha256,
    )


def renewed(known: Job, entry: Entry) -> Job:
    """The known job as the catalogue has its file now: perhaps by another name.

    A file of other content under the same key is a new one, and nothing that was found out about the old one holds.
    """
    now = job_of(entry)
    if now.sha256 != known.sha256 or now.size_bytes != known.size_bytes:
        return replace(now, asked_number=known.asked_number)
    return replace(known, id=now.id, name=now.name, pressed_wall_s=now.pressed_wall_s, is_gone=False)
