"""The rules of `[upload]`."""

from collections.abc import Iterator

from appliance.hours import hours_trouble
from appliance.naming import device_trouble, layout_trouble, remote_trouble
from appliance.settings.complaint import Complaint, path_trouble
from appliance.settings.model import UploadSettings


def upload_complaints(upload: UploadSettings) -> Iterator[Complaint]:
    """Everything that is wrong in the section. An empty remote is not: then nothing is uploaded."""
    troubles = {
        "remote": remote_trouble(upload.remote) if upload.remote else None,
        "rclone_config": path_trouble(upload.rclone_config),
        "hours": hours_trouble(upload.hours),
        "layout": layout_trouble(upload.layout),
        "device": device_trouble(upload.device),
    }
    for key, trouble in troubles.items():
        if trouble:
            yield Complaint(("upload", key), f"upload.{key} {trouble}")
    yield from _networks(upload)


def _networks(upload: UploadSettings) -> Iterator[Complaint]:
    if not all(name.strip() and name.isprintable() for name in upload.networks):
        yield Complaint(("upload", "networks"), 'upload.networks must hold names of networks, for example ["home"]')
    if upload.behaviour == "on-networks" and not upload.networks:
        yield Complaint(
            ("upload", "behaviour"),  # absent networks have no line: the key that wants them has
            'upload.networks must name at least one network when upload.behaviour is "on-networks"',
        )
