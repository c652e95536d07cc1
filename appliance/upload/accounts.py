"""Why is this memory not uploaded yet? Pure."""

from typing import NamedTuple

from appliance.upload.behaviour import Verdict
from appliance.upload.model import Account, Job, State, Trouble


class Count(NamedTuple):
    """How many jobs there are. `pending`: not proven; `asked`: those of them that somebody asked for."""

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
    if verdict.is_kept:
        return "kept", verdict.reason
    if gate and gate.cause.blame == "owner":
        return "parked", gate.cause.sentence
    if not verdict.may:
        return "waiting", verdict.reason
    if job.trouble:
        return "waiting", job.trouble.cause.sentence
    return "waiting", gate.cause.sentence if gate else _place(before or 0)


def _place(before: int) -> str:
    if before == 0:
        return "It is the next to go."
    return "Another one goes first." if before == 1 else f"Others go first: {before} are before it."
