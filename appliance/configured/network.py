"""The network room as `[network]` says."""

from pathlib import Path
from typing import Unpack

from appliance.network.profiles import Wanted
from appliance.network.room import Joints, NetworkRoom
from appliance.network.setup_mode import Plan
from appliance.network.turns import TurnPlan
from appliance.settings.model import NetworkSettings


def network_room(settings: NetworkSettings, **joints: Unpack[Joints]) -> NetworkRoom:
    """Not running yet."""
    return NetworkRoom(
        plan=Plan(
            policy=settings.set_up,
            lost_after_s=settings.lost_minutes * 60,
            retry_after_s=settings.retry_minutes * 60,
            idle_after_s=settings.idle_minutes * 60,
            keep_after_s=settings.keep_minutes * 60,
        ),
        directory=Path(settings.directory),
        hotspot_file=Path(settings.hotspot_file),
        hotspot_name=settings.hotspot_name,
        host_name=settings.host_name,
        country=settings.country,
        camera=camera_network(settings),
        turns=TurnPlan(
            memories=settings.turn_memories,
            home_s=settings.turn_minutes * 60,
            rest_s=settings.turn_rest_minutes * 60,
        ),
        **joints,
    )


def camera_network(settings: NetworkSettings) -> Wanted | None:
    """The network that the camera is, if it is one; how it is secured is heard when it is joined."""
    if not settings.camera_ssid:
        return None
    return Wanted(settings.camera_ssid.encode(), settings.camera_password, "wpa2")
