"""The settings, a page for each group of them, made from what the recorder tells of them."""

from collections.abc import Mapping

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.control.client import Client
from appliance.control.errors import RefusedError
from appliance.control.messages import ChangeSettings, SettingsAnswer, SettingsRefused, SettingValue
from appliance.control.messages import Settings as SettingsRequest
from setup_portal.pages.settings import fields
from setup_portal.pages.settings.labels import GROUPS, choice, group_of, hint, label
from setup_portal.recorder import recorder
from setup_portal.words import say

RESTART_S = 8
"""After so long the recorder is there again, as a rule."""


def settings() -> ResponseReturnValue:
    """What there is to change."""
    return render_template("settings/overview.html", groups={group: say(title) for group, title in GROUPS.items()})


def settings_group(group: str) -> ResponseReturnValue:
    """One group; all that is wrong with a change is told, each where it is."""
    if group not in GROUPS:
        abort(404)
    with recorder() as client:
        answer = client.ask(SettingsRequest())
        if request.method == "GET":
            return _show(group, answer)
        return _change(client, group, answer)


def settings_written() -> ResponseReturnValue:
    """They are written; whether the recorder starts anew with them."""
    group = request.args.get("group", "")
    if group not in GROUPS:
        abort(404)
    back = url_for("settings_group", group=group)
    restarts = "restarts" in request.args
    return render_template("settings/written.html", back=back, restarts=restarts, restart_s=RESTART_S)


def _change(client: Client, group: str, answer: SettingsAnswer) -> ResponseReturnValue:
    known = [
        setting
        for section in answer.sections
        if group_of(section.name) == group
        for setting in section.settings
        if not setting.is_of_the_box
    ]
    default = request.form.get("default")
    if default is not None:
        wanted: dict[str, SettingValue] = {setting.key: None for setting in known if setting.key == default}
        wrong: dict[str, str] = {}
        held: dict[str, str] | None = None
    else:
        wanted, wrong, held = fields.changes(known, request.form)
    if wrong:
        return _show(group, answer, held, wrong)
    if not wanted:
        return redirect(url_for("settings_group", group=group), 303)
    try:
        said = client.ask(ChangeSettings(wanted))
    except RefusedError as refused:
        return _show(group, answer, held, {"": refused.sentence})
    if isinstance(said, SettingsRefused):
        return _show(group, answer, held, {mistake.key: mistake.sentence for mistake in said.mistakes})
    restarts = "yes" if said.restarts else None
    return redirect(url_for("settings_written", group=group, restarts=restarts), 303)


def _show(
    group: str,
    answer: SettingsAnswer,
    held: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    sections = [section for section in answer.sections if group_of(section.name) == group]
    everyday = [setting for section in sections for setting in section.settings if not setting.is_of_the_box]
    mistakes = dict(wrong or {})
    fields_hold = {setting.key: fields.shown_again(setting, held[setting.key]) for setting in everyday} if held else {}
    here = {setting.key for setting in everyday}
    page = render_template(
        "settings/group.html",
        group=group,
        title=say(GROUPS[group]),
        settings=everyday,
        of_the_box=[setting for section in sections for setting in section.settings if setting.is_of_the_box],
        may_change=answer.may_change,
        held=fields_hold,
        wrong=mistakes,
        elsewhere=[sentence for key, sentence in mistakes.items() if key not in here],
        fields=fields,
        label=label,
        hint=hint,
        choice=choice,
    )
    return page, 422 if mistakes else 200
