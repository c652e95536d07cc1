"""What clients are told of a moment, from the press until its files are there. Pure."""

from appliance.control.messages import Gap as GapMessage
from appliance.control.messages import SaveAnswer
from appliance.memories.model import Entry, Gap
from appliance.memories.moment import Moment


def answer_of(moment: Moment) -> SaveAnswer:
    """What is known as soon as it is secured."""
    claim = _host(moment).claim
    inside = moment.inside
    return SaveAnswer(
        id=claim.id if claim else inside.id if inside else "",
        asked_s=round(moment.asked_s, 3),
        available_s=moment.available_s,
        secured_ms=round((moment.secured_s or 0.0) * 1000, 3),
        state="kept" if moment.state == "kept" else "secured",
        name=f"{claim.stem if claim else inside.stem if inside else ''}.mp4",
        extends=_extends(moment),
    )


def whole_answer_of(moment: Moment, entries: list[Entry], folder: str) -> SaveAnswer:
    """What is known once its files are there, in `folder`."""
    entry = entries[-1]  # the part that holds the press
    said = answer_of(moment)
    return SaveAnswer(
        id=entry.id,
        asked_s=said.asked_s,
        available_s=said.available_s,
        secured_ms=said.secured_ms,
        state="kept",
        name=entry.name,
        extends=said.extends,
        path=f"{folder}/{entry.name}",
        got_s=round(sum(e.got_s for e in entries), 3),
        gaps=[gap_message(gap) for e in entries for gap in e.gaps],
        sha256=entry.sha256,
        parts=[f"{folder}/{e.name}" for e in entries],
    )


def _host(moment: Moment) -> Moment:
    while moment.successor:
        moment = moment.successor
    return moment


def identity_of(moment: Moment) -> str:
    """Of the claim that holds it; empty before there is one."""
    claim = _host(moment).claim
    return claim.id if claim else ""


def _extends(moment: Moment) -> str | None:
    if moment.inside:
        return moment.inside.stem
    claim = moment.claim
    return claim.stem if claim and (claim.merges or claim.supersedes) else None


def gap_message(gap: Gap) -> GapMessage:
    """A gap as clients see it."""
    return GapMessage(gap.at_s, gap.length_s, gap.reason)
