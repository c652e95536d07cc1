"""When memories leave for the storage."""

from collections.abc import Mapping

from flask import request
from flask.typing import ResponseReturnValue

from appliance.control.messages import Settings, SettingValue
from setup_portal.pages.steps.showing import change, onward, show
from setup_portal.recorder import recorder
from setup_portal.words import say

BEHAVIOURS = ("at-once", "on-networks", "scheduled", "manual")


def behaviour() -> ResponseReturnValue:
    """Ask for it."""
    if request.method == "GET":
        return _show(present())
    form = request.form
    chosen = form.get("behaviour", "")
    if chosen not in BEHAVIOURS:
        return _show(present(), say("Choose one of the answers."))
    changes: dict[str, SettingValue] = {"upload.behaviour": chosen, "upload.metered": "metered" in form}
    if chosen == "scheduled":
        changes["upload.hours"] = f"{form.get('from', '')[:5]}-{form.get('until', '')[:5]}"
    if chosen == "on-networks":
        names = form.get("networks", "")[:2000].split(",")
        changes["upload.networks"] = [name.strip() for name in names if name.strip()]
    trouble = change(changes)
    return _show(present() | changes, trouble) if trouble else onward("behaviour")


def present() -> dict[str, SettingValue]:
    """Every setting's value, by its key."""
    with recorder() as client:
        sections = client.ask(Settings()).sections
    return {setting.key: setting.value for section in sections for setting in section.settings}


def _show(values: Mapping[str, SettingValue], trouble: str | None = None) -> ResponseReturnValue:
    begins, _, ends = str(values.get("upload.hours") or "22:00-06:00").partition("-")
    networks = values.get("upload.networks")
    return show(
        "behaviour",
        code=422 if trouble else 200,
        trouble=trouble,
        chosen=values.get("upload.behaviour", "at-once"),
        begins=begins,
        ends=ends,
        networks=", ".join(networks) if isinstance(networks, list) else "",
        is_metered=bool(values.get("upload.metered")),
    )
