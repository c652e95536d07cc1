"""What a memory's file says about itself (promise M4): MP4 metadata that anybody can read, and we can read back."""

from datetime import UTC, datetime
from itertools import accumulate

import msgspec
from msgspec import Struct

from appliance.decoding import decoded_or_none
from appliance.memories.model import Claim, Gap, Press
from appliance.recording.segment import Key

MOST_BYTES_OF_GAPS = 60_000


class Truth(Struct, frozen=True, tag="moment-recorder", tag_field="made_by"):
    """The `comment` tag, as JSON: the catalogue can be made again from it."""

    id: str
    claim: str
    part: int
    parts: int
    press: Press
    asked_s: float
    got_s: float
    gaps: list[Gap]
    window_start_s: float
    first: Key
    last: Key


def read_truth(comment: str) -> Truth | None:
    """What the `comment` tag says; None if it is not ours."""
    return decoded_or_none(comment, Truth)


def tags(claim: Claim, truth: Truth, start_wall_s: float) -> dict[str, str]:
    """The file's metadata. `creation_time` is when its first frame was recorded, and left out if nobody knows.

    Of very many gaps only the first ones are told: a tag is one word of a command line (128 KiB, execve(2)).
    """
    truth = msgspec.structs.replace(truth, gaps=_told(truth.gaps))
    pressed = claim.press.local_time
    part = f", part {truth.part} of {truth.parts}" if truth.parts > 1 else ""
    told = {
        "title": f"Memory of {pressed:%Y-%m-%d %H:%M:%S}{part}",
        "date": f"{pressed:%Y-%m-%dT%H:%M:%S%z}",
        "description": describe(truth),
        "comment": msgspec.json.encode(truth).decode(),
    }
    if claim.press.time_quality == "trusted":
        told["creation_time"] = f"{datetime.fromtimestamp(start_wall_s, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    return told


def _told(gaps: list[Gap]) -> list[Gap]:
    sizes = accumulate(len(msgspec.json.encode(gap)) for gap in gaps)
    return [gap for gap, size in zip(gaps, sizes, strict=True) if size <= MOST_BYTES_OF_GAPS]


def describe(truth: Truth) -> str:
    """Asked, got and missing, in a sentence."""
    missing = "".join(f" At {gap.at_s:.1f} s: {describe_missing(gap)}." for gap in truth.gaps)
    return f"Asked for {truth.asked_s:.0f} s, got {truth.got_s:.1f} s.{missing}"


def describe_missing(gap: Gap) -> str:
    """What is missing and why, in words."""
    length = "an unknown time" if gap.length_s is None else f"{gap.length_s:.1f} s"
    return f"{length} missing, {gap.reason}"
