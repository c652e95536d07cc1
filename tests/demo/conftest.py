"""The air around a SnapCam that is none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.network.standin.service import StandInNetworkManager
from tests.stands.private_bus import PrivateBus


@pytest.fixture
def air(tmp_path: Path) -> Iterator[StandInNetworkManager]:
    """A radio on a bus of its own."""
    with PrivateBus(tmp_path) as bus, StandInNetworkManager(bus.address) as stand:
        stand.start()
        yield stand
