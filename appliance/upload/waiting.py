"""After a failure: how long until the next try, across restarts. Pure; instants are of the monotonic clock."""

from msgspec.structs import replace

from appliance.backoff import Chance, wait_s
from appliance.upload.model import Blame, Cause, Trouble

FIRST_S: dict[Blame, float] = {"world": 30.0, "memory": 60.0}
MOST_S: dict[Blame, float] = {"world": 900.0, "memory": 21_600.0}
OWNER_S = 21_600.0
"""What needs the owner is tried again by itself all the same: a full storage may have been emptied elsewhere."""


def troubled(before: Trouble | None, cause: Cause, now_s: float, boot_id: str, chance: Chance) -> Trouble:
    """The trouble after one more failure. Failures that concern somebody else than before are counted anew."""
    failures = before.failures + 1 if before and before.cause.blame == cause.blame else 1
    blame = cause.blame
    pause_s = OWNER_S if blame == "owner" else wait_s(failures, FIRST_S[blame], MOST_S[blame], chance)
    return Trouble(cause, failures, pause_s, now_s + pause_s, boot_id)


def carried_over(trouble: Trouble, now_s: float, boot_id: str) -> Trouble:
    """The trouble as a new life of the process sees it: of another boot, the whole wait begins anew."""
    is_of_now = trouble.boot_id == boot_id and trouble.due_s <= now_s + trouble.wait_s
    return trouble if is_of_now else replace(trouble, due_s=now_s + trouble.wait_s, boot_id=boot_id)


def due_now(trouble: Trouble, now_s: float, boot_id: str) -> Trouble:
    """The same trouble without a wait: something has changed. Its failures still count."""
    return replace(trouble, wait_s=0.0, due_s=min(trouble.due_s, now_s), boot_id=boot_id)
