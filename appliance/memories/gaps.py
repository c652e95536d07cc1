"""What a memory lacks, and why. Pure."""

from msgspec.structs import replace

from appliance.memories.model import Claim, ClaimedSegment, Gap

DAMAGED = "a damaged piece of the recording was left out"
MISSING = "a piece of the recording is missing"
_SMALLEST_TOLD_S = 0.25
"""A shorter hole is the camera's own rhythm, not worth a word."""


def gap_between(claim: Claim, was: ClaimedSegment | None, after: ClaimedSegment) -> Gap | None:
    """The gap before a sound segment of a claim; `was`: the sound one before it, None if it is the first."""
    reasons = {one.epoch: (one.reason, one.is_measured) for one in claim.interruptions}
    reason, is_measured = reasons.get(after.epoch, (MISSING, True))
    if was is None:
        if claim.segments[0] != after:
            return _told(claim.segments[0].start_s, after.start_s, DAMAGED, is_measured=True)
        if after.epoch not in reasons:
            return None
        from_s = claim.leading.end_s if claim.leading else claim.window_start_s
        return _told(from_s, after.start_s, reason, is_measured=is_measured)
    if was.epoch != after.epoch:
        return _told(was.end_s, after.start_s, reason, is_measured=is_measured and was.end_s is not None)
    if after.number - was.number <= 1:
        return None
    claimed = {segment.number for segment in claim.segments if segment.epoch == after.epoch}
    is_damaged = all(number in claimed for number in range(was.number + 1, after.number))
    return _told(was.end_s, after.start_s, DAMAGED if is_damaged else MISSING, is_measured=True)


def _told(from_s: float | None, to_s: float, reason: str, *, is_measured: bool) -> Gap | None:
    if not is_measured or from_s is None:
        return Gap(0.0, None, reason)
    length_s = round(to_s - from_s, 3)
    return Gap(0.0, length_s, reason) if length_s >= _SMALLEST_TOLD_S else None


def with_end(claim: Claim, press_s: float, reason: str) -> Claim:
    """A claim, with the reason why its footage ends before the press, if it does."""
    end_s = claim.segments[-1].end_s
    if end_s is None or end_s >= press_s - _SMALLEST_TOLD_S:
        return claim
    return replace(claim, trailing_reason=reason)


def gap_at_end(claim: Claim, last: ClaimedSegment, end_s: float) -> Gap | None:
    """The gap between the press and the last sound segment, whose footage ends at `end_s`."""
    if claim.trailing_reason is None:
        if claim.segments[-1] != last:
            return _told(end_s, claim.segments[-1].end_s or claim.last_press_s, DAMAGED, is_measured=True)
        return None
    return _told(end_s, claim.last_press_s, claim.trailing_reason, is_measured=True)
