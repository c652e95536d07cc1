"""Uploads and a radio that is elsewhere: nothing goes, whoever asks, and what waits can be told."""

from pathlib import Path

import pytest

from appliance.network.model import Uplink
from appliance.network.turns import Want
from tests.stands.depot import Depot, entry_of, owner
from tests.upload.test_uploader import DepotFactory, depots  # noqa: F401 - the fixture

ONE, TWO = entry_of(1), entry_of(2)
AWAY = "The radio serves the camera."


async def test_what_is_on_its_way_is_called_off_and_goes_again_later(depots: DepotFactory) -> None:  # noqa: F811
    depot = depots(ONE)
    await depot.start()
    await depot.carrier.came(ONE.name)
    depot.uploader.radio_is_away(AWAY)
    await depot.ear.until(lambda: not depot.ear.is_under_way)
    assert (depot.account(1).state, depot.account(1).reason) == ("waiting", AWAY)
    await depot.desk.ask([])
    assert not depot.carrier.waiting, "not even for who asks: there is no way"

    depot.uploader.radio_is_away(None)
    await depot.carrier.came(ONE.name)


async def away(depot: Depot) -> None:
    """The depot begins its life with the radio elsewhere."""
    await depot.start()
    depot.uploader.radio_is_away(AWAY)
    await depot.ear.until(lambda: not depot.ear.is_under_way)


async def test_what_waits_is_told_as_the_home_network_would_have_it(depots: DepotFactory) -> None:  # noqa: F811
    depot = depots(ONE, TWO)
    await away(depot)
    depot.uploader.uplink_changed(Uplink(True, False, (), True, False))
    assert depot.desk.want(("home",)) == Want(0, 0, 2)

    await depot.desk.ask([ONE.name])
    want = depot.desk.want(("home",))
    assert (want.asked, want.ready, want.is_moving) == (1, 2, False)
    assert want.asked_number > 0
    await depot.desk.ask([ONE.name])
    assert depot.desk.want(("home",)).asked_number > want.asked_number, "each asking is one"

    await depot.desk.cancel([TWO.name])
    assert depot.desk.want(("home",)).ready == 1
    depot.uploader.radio_is_away(None)
    await depot.carrier.came(ONE.name)
    assert depot.desk.want(("home",)).is_moving
    depot.carrier.fails(ONE.name, owner())
    await depot.ear.until(lambda: depot.ear.trouble is not None)
    assert depot.desk.want(("home",)) == Want(), "a turn would not help"


RULES: list[tuple[dict[str, object], tuple[str, ...], int]] = [
    ({"behaviour": "manual"}, ("home",), 0),
    ({"behaviour": "on-networks", "networks": ("home",)}, ("home", "work"), 1),
    ({"behaviour": "on-networks", "networks": ("garage",)}, ("home", "work"), 0),
    ({"remote": ""}, ("home",), 0),
]


@pytest.mark.parametrize(("how", "names", "ready"), RULES)
async def test_the_owner_s_rules_hold(
    tmp_path: Path, how: dict[str, object], names: tuple[str, ...], ready: int
) -> None:
    depot = Depot(tmp_path, [ONE], **how)  # type: ignore[arg-type]  # handed on as it is
    await away(depot)
    assert depot.desk.want(names).ready == ready
    await depot.stop()
