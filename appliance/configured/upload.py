"""The upload room as `[upload]` says."""

from typing import Unpack

from appliance.settings.model import Settings, UploadSettings
from appliance.upload.room import Joints, UploadRoom, rules_of


def upload_room(settings: UploadSettings, **joints: Unpack[Joints]) -> UploadRoom:
    """Not running yet."""
    return UploadRoom(
        remote=settings.remote,
        behaviour=settings.behaviour,
        hours=settings.hours,
        networks=settings.networks,
        metered=settings.metered,
        limit_mbit_s=settings.limit_mbit_s,
        monthly_cap_gb=settings.monthly_cap_gb,
        after_upload=settings.after_upload,
        layout=settings.layout,
        device=settings.device,
        order=settings.order,
        reread=settings.reread,
        **joints,
    )


def go_by(room: UploadRoom, settings: Settings) -> None:
    """What of new settings is taken over while the recorder runs: `SettingsDesk` knows which keys these are."""
    new = settings.upload
    room.go_by(
        rules_of(new.behaviour, new.hours, new.networks, new.monthly_cap_gb, metered=new.metered), new.after_upload
    )
