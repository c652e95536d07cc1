"""The name that the pages have in the network, as an avahi on a real bus tells it."""

import asyncio

from appliance.backoff import Backoff
from appliance.network.announced import AVAHI, Announced
from appliance.network.link import Link
from tests.network.conftest import PATIENCE_S, Moved, running
from tests.stands.avahi import avahi
from tests.stands.private_bus import PrivateBus


async def test_another_name_is_noticed_and_a_strange_one_is_not_told(bus: PrivateBus) -> None:
    moved = Moved()
    link = Link(AVAHI, address=bus.address, limit_s=PATIENCE_S, waits=Backoff(0.02, 0.1))
    announced = Announced(link, moved)
    reading = asyncio.create_task(announced.run())
    async with running(link):
        assert announced.name == ""
        async with avahi(bus.address, "porch.local") as stand:
            await moved.until(lambda: announced.name == "porch")
            stand.rename("porch-2.local")
            await moved.until(lambda: announced.name == "porch-2")
            stand.rename("<b>porch</b>.local")
            await moved.until(lambda: announced.name == "")
            stand.rename("porch-3.local")
            await moved.until(lambda: announced.name == "porch-3")
        await moved.until(lambda: announced.name == "")
    reading.cancel()
