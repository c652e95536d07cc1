"""Why is this memory not uploaded yet? Pure."""

from typing import NamedTuple

from appliance.upload.behaviour import Verdict
from appliance.upload.model import Account, Job, State, Trouble


class Count(NamedTuple):
    """How many jobs there are. `pending`: in line, neither proven nor held; `asked`: asked for, of these."""

    pending: int
    asked: int
    proven: int


def account(job: Job, verdict: Verdict, gate: Trouble | None, before: int | None) -> Account:
    """What is told of a job that is not on its way just now.

    `verdict`: the rules' word on it; `gate`, `before`: the queue's.
    """
    state, reason = _standing(job, verdict, gate, before)
    return Account(state, reason, proof=job.proof, remote_path=job.remote_path, remark=job.remark)


def _standing(job: Job, verdict: Verdict, gate: Trouble | None, before: int | None) -> tuple[State, str | None]:
    if job.is_proven:
        return "proven", None
    if job.is_held:
        return "kept", "Its upload was called off: it stays on the box until you ask for it."
    if verdict.is_kept:
        return "kept", verdict.reason
    if gate and gate.needs_owner:
        return "parked", gate.cause.sentence
    return "waiting", _hindrance(job, verdict, gate) or _place(before or 0)


def _hindrance(job: Job, verdict: Verdict, gate: Trouble | None) -> str | None:
    if not verdict.may:
        return verdict.reason
    trouble = job.trouble or gate
    return trouble.cause.sentence if trouble else None


def _place(before: int) -> str:
    if before == 0:
        return "It is the next to go."
    return "Another one goes first." if before == 1 else f"Others go first: {before} are before it."
