"""The radio that serves a camera which is a Wi-Fi network itself: what is seen goes to the turns, and is told.

Without such a camera nothing of this happens.
"""

from collections.abc import Callable
from typing import Protocol

from appliance.network.model import View
from appliance.network.outcome import Reason
from appliance.network.phones import PhoneMeter
from appliance.network.profiles import CAMERA_ID, HOTSPOT_ID, TRIAL_ID, Wanted
from appliance.network.radios import Roles, roles_of
from appliance.network.setup_mode import SetUpMode
from appliance.network.turns import Air, Command, TurnPlan, Turns, Want

LENT = "the box's only radio was in the home network, for the upload of memories"
"""Why nothing was recorded, as it stands in a memory."""
AWAY = "It waits for its turn: the box's only radio serves the camera."
TRY_BESIDE_S = 300.0
"""While the set-up network is open that nobody asked for and nobody uses: it is closed for each try."""
LOOK_S = 5.0
"""Between two looks at the queue while the radio is at home."""

_OURS = frozenset({CAMERA_ID, HOTSPOT_ID, TRIAL_ID})


class RadioListener(Protocol):
    """Who is told where the radio is. Calls return at once."""

    def radio_moved(self, lent: str | None, away: str | None) -> None:
        """`lent`: why recording stands still, if so; `away`: why uploads do."""


Wants = Callable[[tuple[str, ...]], Want]
"""What waits for the networks of these names."""


class CameraRadio:
    """`camera`: its network, None if it is none."""

    def __init__(
        self, *, camera: Wanted | None, plan: TurnPlan, wants: Wants, listener: RadioListener, now_s: float
    ) -> None:
        self.camera = camera
        self._turns = Turns(plan, now_s)
        self._wants = wants
        self._listener = listener
        self._roles = Roles()
        self._told: tuple[str | None, str | None] = (None, None)
        self._beside_s: float | None = None
        self._tried: Wanted | None = None
        self._reason: Reason | None = None
        self._is_stale = False
        """Whether the network that is joined is that of an earlier camera."""

    @property
    def is_there(self) -> bool:
        """Whether the box is in the camera's network."""
        return self._turns.leg == "camera" and not self._is_stale

    def serve(self, camera: Wanted, now_s: float) -> None:
        """This is the camera's network from now on, and it is there: its own voice said so."""
        self._is_stale = self._is_stale or camera != self.camera
        self.camera = camera
        self._turns.call(now_s)

    @property
    def is_at_work(self) -> bool:
        """Whether a radio is being moved."""
        return self._turns.work is not None

    @property
    def sentence(self) -> str | None:
        """Where the radio is, for the owner; None without such a camera."""
        if self.camera is None:
            return None
        name = self.camera.name
        if not self._turns.air.takes_turns:
            return f"A radio of its own serves the camera {name}, or the home network comes by wire."
        match self._turns.leg:
            case "camera":
                waiting = self._turns.want.ready
                rest = f"; {waiting} memories wait for its turn at home" if waiting else ""
                return f"The radio is with the camera {name}{rest}."
            case "to-home" | "home":
                return "The radio is in the home network for an upload; a press brings it back to the camera."
        return self.refusal or f"The radio looks for the camera's Wi-Fi {name}: is the camera switched on?"

    @property
    def refusal(self) -> str | None:
        """Why the camera's network, which is there, did not let the box in; None if that is not known."""
        name = self.camera.name if self.camera else ""
        match self._reason:
            case "wrong-password" | "maybe-wrong-password":
                return f"The camera's Wi-Fi {name} refuses the password: is `network.camera_password` the camera's own?"
            case "no-address":
                return f"The camera's Wi-Fi {name} let the box in but gave it no address: switch the camera off and on."
        return None

    def press(self, now_s: float, *, is_busy: bool) -> None:
        """A press is being kept, or no longer is."""
        self._turns.press(now_s, is_busy=is_busy)

    def see(self, view: View, mode: SetUpMode, meter: PhoneMeter, now_s: float) -> None:
        """How it is now."""
        if self.camera is None:
            return
        self._roles = roles_of((radio.interface for radio in view.radios), has_camera=True)
        carried = {radio.interface: radio.connection for radio in view.radios if radio.connection}
        home = carried.get(self._roles.home, "")
        air = Air(
            takes_turns=self._roles.takes_turns(is_wired=view.sight.is_wired),
            is_free=self._is_free(view, mode, now_s, has_phone=meter.is_present(now_s)),
            is_with_camera=carried.get(self._roles.camera) == CAMERA_ID and not self._is_stale,
            is_at_home=bool(home) and home not in _OURS,
            knows_home=view.sight.knows,
        )
        self._turns.see(air, now_s)
        self._turns.see_want(self._wants(view.known), now_s)

    def next_command(self, now_s: float) -> Command | None:
        """What is to be done now; it is under way from then on."""
        command = self._turns.next_command(now_s) if self.camera else None
        if command:
            self._beside_s = now_s
        if command == "join-camera":
            self._tried = self.camera
        return command

    def must_break_off(self, now_s: float) -> bool:
        """Whether what is under way is to be given up."""
        return self._turns.must_break_off(now_s)

    def done(self, now_s: float, *, is_well: bool, reason: Reason | None = None) -> None:
        """What was under way is over. `reason`: why it did not go well, where that is known."""
        if self._turns.work == "join-camera":
            self._is_stale = self._tried != self.camera if is_well else self._is_stale
            self._reason = reason if self._tried == self.camera else None
        self._turns.done(now_s, is_well=is_well)

    def device(self, view: View) -> str:
        """The path of the camera's radio."""
        return next((radio.path for radio in view.radios if radio.interface == self._roles.camera), "")

    def wait_s(self, now_s: float) -> float | None:
        """How long until the next look, at most."""
        if self.camera is None:
            return None
        wake_s = self._turns.wake_s(now_s)
        waits = [LOOK_S] if self._turns.leg == "home" else []
        return min([*waits, *([] if wake_s is None else [wake_s - now_s])], default=None)

    def tell(self) -> None:
        """Who listens hears of what changed."""
        turns = self._turns
        is_here = turns.air.is_with_camera or turns.work == "join-camera"
        is_away = turns.air.takes_turns and turns.leg != "home" and not turns.air.is_at_home and is_here
        told = (LENT if turns.is_lent else None, AWAY if is_away else None)
        if self.camera is not None and told != self._told:
            self._told = told
            self._listener.radio_moved(*told)

    def _is_free(self, view: View, mode: SetUpMode, now_s: float, *, has_phone: bool) -> bool:
        """The set-up network goes first where somebody wants it; else it makes room for a try now and then."""
        sight = view.sight
        if not sight.is_usable or mode.work is not None or mode.reason == "asked" or mode.keep_at_s is not None:
            return False
        if not sight.is_open:
            self._beside_s = None if not self.is_at_work else self._beside_s
            return True
        if self._beside_s is None:
            self._beside_s = now_s
        return self.is_at_work or (not has_phone and now_s - self._beside_s >= TRY_BESIDE_S)
