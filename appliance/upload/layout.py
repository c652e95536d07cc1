"""Where a memory goes at the owner's storage. Pure."""

from datetime import datetime

from appliance.naming import Place, fill_layout, parse_remote, safe_name

__all__ = ["Place", "parse_remote", "remote_folder", "remote_path"]


def remote_folder(template: str, device: str, pressed: datetime) -> str:
    """The folders below `[upload] remote`: `{device}/{year}/{month}` becomes `box/2026/11`.

    `template` is one that `naming.layout_trouble` has nothing against; `pressed` is local time.
    """
    values = {
        "device": safe_name(device),
        "year": f"{pressed.year:04}",
        "month": f"{pressed.month:02}",
        "day": f"{pressed.day:02}",
    }
    return fill_layout(template, values)


def remote_path(remote: str, template: str, device: str, pressed: datetime, name: str) -> str:
    """`garage:moments/box/2026/11/2026-11-21T10-20-00-MEMORY.mp4`, from `[upload]` and the file's name.

    Raises:
        ValueError: if `remote` is not `name:folder`.
    """
    place = parse_remote(remote)
    base = "" if place.folder == "/" else place.folder
    below = "/".join(filter(None, [remote_folder(template, device, pressed), name]))
    slash = "/" if place.folder else ""
    return f"{place.remote}:{base}{slash}{below}"
