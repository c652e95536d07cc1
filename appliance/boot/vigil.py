"""Pure: when has the recorder been well for long enough that this boot is a good one?"""

from appliance.boot.guard import Ending

UP_AFTER_S = 10.0
GOOD_AFTER_S = 60.0
GIVE_UP_AFTER_S = 300.0


class Vigil:
    """Judges the looks at the recorder, from `began_s` on. A recorder that is started anew begins anew.

    Well is a recorder that answers; that no camera is there is no fault of the boot.
    """

    def __init__(self, began_s: float) -> None:
        self._began_s = began_s
        self._was_up = False

    def look(self, now_s: float, uptime_s: float | None) -> Ending | None:
        """What is to be remembered now, if anything: `well` once; `good` or `unwell` is the last word.

        `uptime_s`: how long the recorder says that it has been running; None: it does not answer.
        """
        if uptime_s is not None and uptime_s >= GOOD_AFTER_S:
            return "good"
        if now_s - self._began_s >= GIVE_UP_AFTER_S:
            return "unwell"
        if uptime_s is not None and uptime_s >= UP_AFTER_S and not self._was_up:
            self._was_up = True
            return "well"
        return None
