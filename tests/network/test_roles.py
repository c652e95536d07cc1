"""Two radios: the camera's and the home network's, at once; by what NetworkManager's view says."""

from pathlib import Path

from appliance.network.camera_radio import TRY_BESIDE_S, CameraRadio
from appliance.network.model import Radio, View
from appliance.network.phones import PhoneMeter
from appliance.network.profiles import CAMERA_ID, Wanted, home_id
from appliance.network.setup_mode import Plan, SetUpMode, Sight
from appliance.network.turns import TurnPlan, Want

HOME = home_id(b"home")
BUSY = Want(asked_number=9, asked=9, ready=9)


class Case:
    """A camera's radio, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.told: list[tuple[str | None, str | None]] = []
        self.want = Want()
        self.mode = SetUpMode(Plan("by-itself"), 0.0)
        self._meter = PhoneMeter(folder)
        self.radio = CameraRadio(
            camera=Wanted(b"SnapCam_2264", "123456789", "wpa2"),
            plan=TurnPlan(first_s=0.0),
            wants=lambda _: self.want,
            listener=self,
            now_s=0.0,
        )

    def radio_moved(self, lent: str | None, away: str | None) -> None:
        self.told.append((lent, away))

    def see(self, view: View, now_s: float = 0.0) -> None:
        self.mode.see(view.sight, now_s)
        self.radio.see(view, self.mode, self._meter, now_s)
        self.radio.tell()


def view(*radios: tuple[str, str], is_wired: bool = False, is_open: bool = False) -> View:
    """`radios`: interface, and the connection that it carries."""
    sight = Sight(has_manager=True, has_radio=True, is_wired=is_wired, knows=True, is_open=is_open)
    return View(sight=sight, radios=tuple(Radio(name, f"/{name}", carried) for name, carried in radios))


def test_two_radios_serve_both_and_take_no_turns(tmp_path: Path) -> None:
    case = Case(tmp_path)
    now = view(("wlan0", HOME), ("wlan1", ""))
    case.see(now)
    assert case.radio.next_command(0.0) == "join-camera"
    assert case.radio.device(now) == "/wlan1"
    case.see(view(("wlan0", HOME), ("wlan1", CAMERA_ID)))
    case.radio.done(1.0, is_well=True)
    case.want = BUSY
    case.see(view(("wlan0", HOME), ("wlan1", CAMERA_ID)), 2.0)

    assert case.radio.next_command(100_000.0) is None
    assert case.told == [], "nobody has to wait for anything"
    assert "of its own" in str(case.radio.sentence)


def test_a_wire_makes_turns_needless_and_ends_one(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.see(view(("wlan0", CAMERA_ID)))
    case.want = BUSY
    case.see(view(("wlan0", CAMERA_ID), is_wired=True))
    assert case.radio.next_command(100_000.0) is None

    case.want = Want(asked_number=10, asked=1, ready=1)
    case.see(view(("wlan0", CAMERA_ID)), 100_000.0)
    assert case.radio.next_command(100_000.0) == "join-home"
    case.see(view(("wlan0", ""), is_wired=True), 100_001.0)
    assert case.radio.must_break_off(100_001.0)


def test_a_set_up_network_that_nobody_uses_makes_room_now_and_then(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.see(view(("wlan0", ""), is_open=True))
    assert case.radio.next_command(0.0) is None
    case.see(view(("wlan0", ""), is_open=True), TRY_BESIDE_S)
    assert case.radio.next_command(TRY_BESIDE_S) == "join-camera"
    case.radio.done(TRY_BESIDE_S, is_well=False)
    case.see(view(("wlan0", ""), is_open=True), TRY_BESIDE_S + 100.0)
    assert case.radio.next_command(TRY_BESIDE_S + 100.0) is None

    case.mode.ask_open(TRY_BESIDE_S + 100.0)
    case.see(view(("wlan0", ""), is_open=True), 3 * TRY_BESIDE_S)
    assert case.radio.next_command(3 * TRY_BESIDE_S) is None, "somebody asked for it"
