"""The program of `moment-clock.service`, `python -m appliance.boot.phone_clock`: root sets what the recorder was told.

The recorder has no right to set a clock. It leaves a wish in its runtime folder, `moment-clock.path` starts this, and
the answer is left in a folder of root's. A clock that somebody vouches for already is not touched. Whatever the
recorder's user may have put there is only read, as text of a known form.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from appliance.boot.left import read_left
from appliance.boot.wishes import CLOCK, CLOCK_ANSWER, ClockAnswer, ClockWish
from appliance.boot.zone import is_zone, keep_zone
from appliance.clock import SOFTWARE_WRITTEN_S, TOLD, Clock, SystemClock
from appliance.decoding import UnreadableError, decoded
from appliance.durable import write_durably

LATEST_S = 4_102_444_800.0
"""The year 2100: a phone that tells a later time is wrong."""
_LONGEST_BYTES = 4096

SetWall = Callable[[float], None]


def fulfil(wish_path: Path, root: Path, clock: Clock, set_wall: SetWall) -> ClockAnswer | None:
    """Take a wish and do it; None if there is none that can be understood."""
    wish = _take(wish_path)
    if wish is None:
        return None
    answer = _done(wish, root, clock, set_wall)
    place = root / CLOCK_ANSWER.relative_to("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    write_durably(place, msgspec.json.encode(answer))
    return answer


def _take(path: Path) -> ClockWish | None:
    try:
        return decoded(read_left(path, _LONGEST_BYTES), ClockWish)
    except (OSError, UnreadableError):
        return None
    finally:
        path.unlink(missing_ok=True)


def _done(wish: ClockWish, root: Path, clock: Clock, set_wall: SetWall) -> ClockAnswer:
    try:
        is_set = not clock.is_trusted()
        if is_set:
            wall_s = wish.now_s + clock.monotonic_s() - wish.at_s
            if not SOFTWARE_WRITTEN_S < wall_s < LATEST_S:
                return ClockAnswer(wish.token, is_set=False, trouble="The phone's clock cannot be right: set it first.")
            set_wall(wall_s)
            told = root / TOLD.relative_to("/")
            told.parent.mkdir(parents=True, exist_ok=True)
            told.touch()
        if not is_zone(wish.zone, root):
            return ClockAnswer(wish.token, is_set, f"This box knows no time zone {wish.zone[:64]!a}.")
        keep_zone(wish.zone, root / "data/system", root)
    except OSError as error:
        return ClockAnswer(wish.token, is_set=False, trouble=f"The clock could not be set ({error.strerror}).")
    return ClockAnswer(wish.token, is_set)


def main() -> int:
    """Fulfil the wish that lies there."""
    fulfil(CLOCK, Path("/"), SystemClock(), lambda wall_s: time.clock_settime(time.CLOCK_REALTIME, wall_s))
    return 0


if __name__ == "__main__":
    sys.exit(main())
