"""Pure: when the set-up network is open, and what the one radio is used for. The clock is passed in, monotonic seconds.

Whoever carries it out tells what it sees and what was asked for, then does what `next_command` says, one work at a
time, and tells when that is done. The radio has one role at a time: access point or station.

| it opens | it ends |
|---|---|
| `first-start`: no network is known | when one is joined, or a wire brings a network |
| `lost`: none of the known ones is found for `lost_after_s` | the same; they are tried while no phone is there |
| `asked`: by button or page | when closed, when one is joined, or unused for `idle_after_s` if networks are known |
"""

from typing import Literal

from msgspec import Struct

Policy = Literal["never", "asked", "by-itself"]
OpenReason = Literal["first-start", "asked", "lost"]
Command = Literal["unblock", "open", "close", "retry", "keep"]
Work = Literal["unblock", "open", "close", "retry", "keep", "try"]
Station = Literal["none", "joining", "joined"]
Mode = Literal["no-manager", "no-radio", "blocked", "wired", "joining", "joined", "lost", "hotspot", "trying"]

_FIRST_WAIT_S, _LONGEST_WAIT_S = 5.0, 300.0


class Plan(Struct, frozen=True):
    """`policy`: `asked` opens the set-up network for somebody who asks alone, `never` leaves the radio alone."""

    policy: Policy = "never"
    settle_s: float = 15.0
    """After a start, before a box that knows no network says so: the air is listened to meanwhile."""
    grace_s: float = 60.0
    """After a start, before known networks are missed."""
    lost_after_s: float = 300.0
    retry_after_s: float = 300.0
    idle_after_s: float = 900.0
    keep_after_s: float = 300.0


class Sight(Struct, frozen=True):
    """What NetworkManager tells. `knows`: whether there is a network that is joined by itself."""

    has_manager: bool = False
    has_radio: bool = False
    is_blocked: bool = False
    is_wired: bool = False
    knows: bool = False
    station: Station = "none"
    is_open: bool = False
    """Whether the set-up network is open."""

    @property
    def is_home(self) -> bool:
        """Whether there is a network that is not our own."""
        return self.is_wired or self.station == "joined"

    @property
    def is_usable(self) -> bool:
        return self.has_manager and self.has_radio and not self.is_blocked


class SetUpMode:
    """`reason`: why the set-up network is wanted open, None while it is not. `work`: what is under way."""

    def __init__(self, plan: Plan, now_s: float) -> None:
        self.reason: OpenReason | None = None
        self.work: Work | None = None
        self.keep_at_s: float | None = None
        """When a proven network is kept by itself."""
        self.sight = Sight()
        self._plan = plan
        self._settled_s = now_s + plan.settle_s
        self._lost_since_s = now_s + plan.grace_s
        self._used_s = now_s
        self._tried_s = now_s
        self._not_before_s = now_s
        self._failures = 0

    @property
    def mode(self) -> Mode:
        """How it is, in one word."""
        sight = self.sight
        if not sight.has_manager:
            return "no-manager"
        if self.work == "try":
            return "trying"
        if sight.is_open and self.work not in {"retry", "keep", "close"}:
            return "hotspot"
        if sight.is_home:
            return "joined" if sight.station == "joined" else "wired"
        return self._without_network()

    def _without_network(self) -> Mode:
        if not self.sight.has_radio:
            return "no-radio"
        if self.sight.is_blocked:
            return "blocked"
        return "joining" if self.sight.station == "joining" or self.work in {"retry", "keep"} else "lost"

    # what is told

    def see(self, sight: Sight, now_s: float) -> None:
        """How it is now."""
        before, self.sight = self.sight, sight
        if sight.has_manager and not before.has_manager:
            self._lost_since_s = max(self._lost_since_s, now_s + self._plan.grace_s)
            self._not_before_s = now_s
        elif before.is_home and not sight.is_home:
            self._lost_since_s = now_s
        if sight.is_open and not before.is_open:
            self._used_s = self._tried_s = now_s
        if sight.is_open and self.reason is None and self.work is None and self._plan.policy != "never":
            self.reason = "lost" if sight.knows else "first-start"  # an earlier life of ours left it open

    def phone_heard(self, now_s: float) -> None:
        """Somebody is in the set-up network."""
        self._used_s = self._tried_s = now_s

    def ask_open(self, now_s: float) -> str | None:
        """Somebody wants it open. A sentence if that cannot be."""
        if self._plan.policy == "never":
            return "This recorder leaves the network alone: set `network.set_up` to let it open a set-up network."
        if not self.sight.has_manager:
            return "NetworkManager does not run on this machine: without it there is no set-up network."
        if not self.sight.has_radio:
            return "No Wi-Fi is found on this machine: without it there is no set-up network."
        self.reason = "asked"
        self._used_s = self._not_before_s = now_s
        self._failures = 0
        return None

    def ask_close(self, now_s: float) -> None:
        """Somebody wants it closed: the known networks get their time before it opens by itself again."""
        self.reason = None
        self._lost_since_s = self._settled_s = now_s

    def ask_try(self) -> str | None:
        """Somebody wants a network to be proven; it is under way from now on. A sentence if that cannot be."""
        if not self.sight.has_manager:
            return "NetworkManager does not run on this machine, so the box cannot join a network."
        if not self.sight.has_radio:
            return "No Wi-Fi is found on this machine, so it cannot join a network."
        if self.work == "try":
            return "A network is being tried just now: wait for its outcome, which takes a minute at most."
        if self.work is not None:
            return "The box is just changing its network: try again in half a minute."
        self.work, self.keep_at_s = "try", None
        return None

    def tried(self, now_s: float, *, is_proven: bool) -> None:
        """The trial is over, and the box is back where it was, or on its way there."""
        self.work = None
        self._used_s = self._tried_s = now_s
        self.keep_at_s = now_s + self._plan.keep_after_s if is_proven else None

    def ask_keep(self, now_s: float) -> None:
        """The proven network is wanted for good, now."""
        if self.keep_at_s is not None:
            self.keep_at_s = now_s

    def drop(self) -> None:
        """The proven network is not wanted."""
        self.keep_at_s = None

    def done(self, now_s: float, *, is_well: bool) -> None:
        """The command under way is carried out. `is_well`: of `retry` and `keep`: whether a network is joined."""
        work, self.work = self.work, None
        if work in {"retry", "keep"}:
            self._tried_s = now_s
            self._lost_since_s = now_s
            if is_well:
                self.reason = None
            elif work == "keep" and self.reason:
                self.reason = "lost"
        self._failures = 0 if is_well else self._failures + 1
        if not is_well and work in {"open", "close", "unblock"}:
            self._not_before_s = now_s + min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(self._failures - 1, 10))

    # what is to be done

    def next_command(self, now_s: float) -> Command | None:
        """What is to be done now; it is under way from then on."""
        if self.work is not None:
            return None
        self._judge(now_s)
        self.work = command = self._command(now_s)
        if command == "keep":
            self.keep_at_s = None
        return command

    def wake_s(self, now_s: float) -> float | None:
        """When to ask again though nothing happened; None if never."""
        waits = [self._not_before_s, self._retry_at_s, self._idle_at_s]
        waits += [] if self.keep_at_s is None else [self.keep_at_s]
        waits += [] if self.reason or self._plan.policy != "by-itself" else [self._settled_s, self._lost_at_s]
        return min((wait for wait in waits if wait > now_s), default=None)

    @property
    def _retry_at_s(self) -> float:
        return self._tried_s + self._plan.retry_after_s

    @property
    def _idle_at_s(self) -> float:
        return self._used_s + self._plan.idle_after_s

    @property
    def _lost_at_s(self) -> float:
        return self._lost_since_s + self._plan.lost_after_s

    def _judge(self, now_s: float) -> None:
        """Whether the set-up network is wanted."""
        sight = self.sight
        if self.reason == "asked":
            is_unused = now_s >= self._idle_at_s and sight.knows and self.keep_at_s is None
            if is_unused:
                self.ask_close(now_s)
        elif sight.is_home:
            self.reason = None
        elif self.reason is None and self._plan.policy == "by-itself" and sight.has_manager:
            if sight.knows and now_s >= self._lost_at_s:
                self.reason = "lost"
            elif not sight.knows and sight.station == "none" and now_s >= self._settled_s:
                self.reason = "first-start"

    def _command(self, now_s: float) -> Command | None:
        sight = self.sight
        if not (sight.has_manager and sight.has_radio):
            return None
        if self.keep_at_s is not None and now_s >= self.keep_at_s:
            return "keep"
        if now_s < self._not_before_s or self._plan.policy == "never":
            return None
        if self.reason is None:
            return "close" if sight.is_open else None
        return self._towards_open(now_s)

    def _towards_open(self, now_s: float) -> Command | None:
        if self.sight.is_blocked:
            return "unblock"
        if not self.sight.is_open:
            return "open"
        return "retry" if self._retry_is_due(now_s) else None

    def _retry_is_due(self, now_s: float) -> bool:
        is_free = self.reason != "asked" and self.keep_at_s is None
        return is_free and self.sight.knows and now_s >= self._retry_at_s
