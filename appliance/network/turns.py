"""Pure: one radio for a camera that is a Wi-Fi network itself, and for the home network: turns. Monotonic seconds.

    to-camera ──joined──▶ camera ──upload button, or memories wait──▶ to-home ──joined──▶ home ──drained──▶ to-camera
                                                                         └──── a press, or a limit ────▶ to-camera

Whoever carries it out tells what it sees, then does what `next_command` says, one work at a time, tells when that is
done, and gives it up when `must_break_off`. Of the legs away from the camera each ends in time, whatever happens.
"""

from typing import Literal

from msgspec import Struct

Leg = Literal["camera", "to-home", "home", "to-camera"]
Command = Literal["join-home", "join-camera"]

_FIRST_WAIT_S, _LONGEST_WAIT_S = 5.0, 60.0
_MOST_DOUBLINGS = 5


class TurnPlan(Struct, frozen=True):
    """`memories`: so many that may go begin a turn; 0: only who asks does."""

    memories: int = 3
    join_s: float = 75.0
    """How long either network may take to be joined, at a time."""
    home_s: float = 600.0
    """How long the radio may be at home; twice as long after it was too short for one memory, until one has gone."""
    idle_s: float = 45.0
    """So long at home without anything on its way, and it goes back: there may be no way to the storage."""
    rest_s: float = 1800.0
    """So long with the camera between turns that nobody asked for."""
    longest_s: float = 21_600.0
    """After so long even one memory is enough."""
    quiet_s: float = 10.0
    """After a press is kept."""
    first_s: float = 60.0
    """After a start."""


class Want(Struct, frozen=True):
    """What waits for the home network. `asked_number`: grows with each time that somebody asks."""

    asked_number: int = 0
    asked: int = 0
    ready: int = 0
    """All that could go if the network were there, those that were asked for included."""
    is_moving: bool = False
    """Whether one is on its way."""


class Air(Struct, frozen=True):
    """What is seen. `is_free`: neither the set-up network nor the trial of a network has the radio."""

    takes_turns: bool = False
    is_free: bool = False
    is_with_camera: bool = False
    is_at_home: bool = False
    knows_home: bool = False


class Turns:
    """`leg`: where the radio is, or goes; `work`: what is under way; `is_lent`: recording stands still for a turn."""

    def __init__(self, plan: TurnPlan, now_s: float) -> None:
        self.leg: Leg = "to-camera"
        self.work: Command | None = None
        self.is_lent = False
        self.air = Air()
        self.want = Want()
        self._plan = plan
        self._since_s = now_s
        self._work_since_s = now_s
        self._not_before_s = now_s
        self._failures = 0
        self._rest_until_s = now_s + plan.first_s
        self._last_turn_s = now_s
        self._quiet_until_s = now_s
        self._moved_s = now_s
        self._served: int | None = None
        self._ready_before = 0
        self._doublings = 0
        self._is_busy = False

    # what is told

    def see(self, air: Air, now_s: float) -> None:
        """What the radio carries now. To be told whenever something changed, and after each work."""
        self.air = air
        if self.leg in {"to-home", "home"} and not (air.takes_turns and air.is_free):
            self._back(now_s)
        elif self.work is not None:
            return
        elif self.leg == "home" and not air.is_at_home:
            self._back(now_s)
        elif self.leg == "camera" and not air.is_with_camera:
            self._go("to-camera", now_s)
            self._not_before_s = now_s
        elif self.leg == "to-camera" and air.is_with_camera:
            self._arrive(now_s)

    def see_want(self, want: Want, now_s: float) -> None:
        """What waits now."""
        if want.is_moving or want.ready < self.want.ready:
            self._moved_s = now_s
        if self._served is None:  # what an earlier life was asked for is no new asking
            self._served = want.asked_number
        self.want = want

    def press(self, now_s: float, *, is_busy: bool) -> None:
        """A press is being kept, or no longer is. It ends a turn: what follows it shall be recorded."""
        if is_busy or self._is_busy:
            self._quiet_until_s = now_s + self._plan.quiet_s
        self._is_busy = is_busy
        if is_busy and self.leg in {"to-home", "home"}:
            self._back(now_s)

    def call(self, now_s: float) -> None:
        """Somebody knows that the camera's network is there now: the next try is not waited for."""
        self._not_before_s, self._failures = now_s, 0

    def done(self, now_s: float, *, is_well: bool) -> None:
        """The work under way is over; `is_well`: whether that network is joined."""
        work, self.work = self.work, None
        if work == "join-home" and self.leg == "to-home":
            if is_well:
                self._go("home", now_s)
                self._moved_s = now_s
            else:
                self._back(now_s)
        elif work == "join-camera":
            self.is_lent = False  # from here on the camera itself tells what is wrong
            if is_well:
                self._arrive(now_s)
            else:
                self._failures += 1
                self._not_before_s = now_s + min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(self._failures - 1, 8))

    # what is to be done

    def next_command(self, now_s: float) -> Command | None:
        """What is to be done now; it is under way from then on."""
        self._judge(now_s)
        if self.work is not None or not self.air.is_free:
            return None
        if self.leg == "to-home":
            self.work = "join-home"
        elif self.leg == "to-camera" and now_s >= self._not_before_s and not self.air.is_with_camera:
            self.work = "join-camera"
        if self.work:
            self._work_since_s = now_s
        return self.work

    def must_break_off(self, now_s: float) -> bool:
        """Whether the work under way is to be given up: it takes too long, or is not wanted any more."""
        is_late = now_s - self._work_since_s >= self._plan.join_s
        is_unwanted = self.work == "join-home" and self.leg != "to-home"
        return self.work is not None and (is_late or is_unwanted or not self.air.is_free)

    def wake_s(self, now_s: float) -> float | None:
        """When to ask again though nothing happened; None if never."""
        match self.leg:
            case "to-home":
                waits = [self._since_s + self._plan.join_s]
            case "home":
                waits = [self._home_until_s, self._moved_s + self._plan.idle_s]
            case "to-camera":
                waits = [self._work_since_s + self._plan.join_s if self.work else self._not_before_s]
            case "camera":
                late_s = self._last_turn_s + self._plan.longest_s
                waits = [self._rest_until_s, self._quiet_until_s, late_s] if self.want.ready else []
        return min((wait for wait in waits if wait > now_s), default=None)

    def _judge(self, now_s: float) -> None:
        if self.leg == "camera" and self._is_due(now_s):
            self.is_lent = True
            self._served = self.want.asked_number
            self._ready_before = self.want.ready
            self._go("to-home", now_s)
        elif (self.leg == "to-home" and now_s - self._since_s >= self._plan.join_s) or (
            self.leg == "home" and self._is_over(now_s)
        ):
            self._back(now_s)

    def _is_due(self, now_s: float) -> bool:
        air, want, plan = self.air, self.want, self._plan
        can = air.takes_turns and air.is_free and air.is_with_camera and air.knows_home
        if not can or self.work or self._is_busy or now_s < self._quiet_until_s or not want.ready:
            return False
        if want.asked and want.asked_number > (self._served or 0):
            return True
        is_worth_it = bool(want.asked) or (plan.memories > 0 and want.ready >= plan.memories)
        is_late = plan.memories > 0 and now_s >= self._last_turn_s + plan.longest_s
        return now_s >= self._rest_until_s and (is_worth_it or is_late)

    @property
    def _home_until_s(self) -> float:
        return self._since_s + self._plan.home_s * 2.0**self._doublings

    def _is_over(self, now_s: float) -> bool:
        is_idle = not self.want.is_moving and now_s - self._moved_s >= self._plan.idle_s
        return not self.want.ready or is_idle or now_s >= self._home_until_s

    def _back(self, now_s: float) -> None:
        """The turn is over, whatever came of it."""
        if self.want.ready < self._ready_before:
            self._doublings = 0
        elif self.leg == "home" and now_s >= self._home_until_s:  # a turn that was cut off says nothing of its length
            self._doublings = min(_MOST_DOUBLINGS, self._doublings + 1)
        self._rest_until_s = now_s + self._plan.rest_s
        self._last_turn_s = now_s
        self._not_before_s = now_s
        self._failures = 0
        self._go("to-camera", now_s)

    def _arrive(self, now_s: float) -> None:
        self.is_lent = False
        self._failures = 0
        self._go("camera", now_s)

    def _go(self, leg: Leg, now_s: float) -> None:
        self.leg, self._since_s = leg, now_s
