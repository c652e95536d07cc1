"""What the box is called, and the password that opens these pages at home."""

import re

from flask import make_response, request
from flask.typing import ResponseReturnValue

from appliance.control.messages import SettingValue
from setup_portal import guard
from setup_portal.pages.door import trouble_with
from setup_portal.pages.steps.behaving import present
from setup_portal.pages.steps.showing import change, network, onward, show
from setup_portal.wizard.host_names import host_name
from setup_portal.words import say

_NAME = re.compile(r"[^\W_][\w .+-]{0,39}\Z")


def name() -> ResponseReturnValue:
    """Ask for both; for the name alone once there is a password."""
    if request.method == "GET":
        return _show(str(present().get("upload.device") or ""))
    typed = request.form.get("name", "").strip()
    password = request.form.get("password", "")
    if not _NAME.match(typed):
        return _show(typed, say("Write a name of up to 40 letters and digits, such as porch."))
    if guard.keys().has_password:
        return _rename(typed)
    trouble = trouble_with(password, request.form.get("again", ""))
    if trouble is not None:
        return _show(typed, trouble)
    guard.keys().set_password(password)
    return guard.let_in(make_response(_rename(typed)))


def _rename(name: str) -> ResponseReturnValue:
    now = network()
    changes: dict[str, SettingValue] = {"upload.device": name}
    if now is not None and now.is_ours:  # another machine has its name from elsewhere
        changes["network.host_name"] = host_name(name)
    trouble = change(changes)
    return _show(name, trouble) if trouble else onward("name")


def _show(typed: str, trouble: str | None = None) -> ResponseReturnValue:
    code = 422 if trouble else 200
    return show("name", code=code, name=typed, trouble=trouble, has_password=guard.keys().has_password)
