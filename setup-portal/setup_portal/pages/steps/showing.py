"""What the steps' pages have in common."""

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from appliance.control.messages import ChangeSettings, Network, NetworkAnswer, SettingsRefused, SettingValue
from setup_portal.pictures import qr_code
from setup_portal.recorder import recorder
from setup_portal.retelling import retold
from setup_portal.wizard.progress import STEPS, StepName, Wizard, before, left
from setup_portal.words import marked, say

_WORKS = {"proven", "kept"}
_COUNTED = len(STEPS) - 1
"""The end is no step."""


TITLES: dict[StepName, str] = {
    "welcome": marked("Date and time"),
    "country": marked("Country"),
    "wifi": marked("Home Wi-Fi"),
    "camera": marked("Camera"),
    "storage": marked("Your storage"),
    "behaviour": marked("When memories are copied"),
    "name": marked("Name and password"),
}


def step_title(step: StepName) -> str:
    """What a step is called where one can return to it."""
    return say(TITLES[step])


def step_of(endpoint: str) -> StepName | None:
    """The step that a page belongs to: pages of a step begin with its name."""
    return next((step for step in STEPS[:-1] if endpoint.partition("_")[0] == step), None)


def wizard() -> Wizard:
    """How far the owner came."""
    found: Wizard = current_app.extensions["wizard"]
    return found


def steps_left(now: NetworkAnswer | None) -> tuple[StepName, ...]:
    """What is still to be set up."""
    attempt = None if now is None else now.attempt
    is_proven = attempt is not None and attempt.state in _WORKS
    return left(wizard().progress, has_wifi=is_proven or (now is not None and now.mode == "joined"))


def show(step: StepName, *, code: int = 200, template: str | None = None, **values: object) -> ResponseReturnValue:
    """A step's page."""
    back = before(step)
    page = render_template(
        template or f"steps/{step}.html",
        step=step,
        number=STEPS.index(step) + 1,
        count=_COUNTED,
        back=None if back is None else url_for(back),
        is_over=wizard().progress.is_over,
        **values,
    )
    return page, code


def onward(step: StepName) -> ResponseReturnValue:
    """This step is done: to the next; or, where somebody returned to it afterwards, to the box's page."""
    next_step = wizard().move_on(step)
    return redirect(url_for("front" if wizard().progress.is_over else next_step), 303)


def change(changes: dict[str, SettingValue]) -> str | None:
    """Change settings: the sentence of what is wrong; None if they are written."""
    try:
        with recorder() as client:
            answer = client.ask(ChangeSettings(changes))
    except RefusedError as refused:
        return refused.sentence
    return (
        " ".join(retold(wrong.sentence) for wrong in answer.mistakes) if isinstance(answer, SettingsRefused) else None
    )


def network() -> NetworkAnswer | None:
    """How the network is; None where the recorder does not look after it."""
    try:
        with recorder() as client:
            return client.ask(Network())
    except RefusedError:
        return None


def home_address() -> tuple[list[str], object]:
    """Where the pages are found at home, by name and by each address, and the QR code of the surest."""
    try:
        now = network()
    except (NoSupervisorError, GoneError):
        now = None
    attempt = None if now is None else now.attempt
    proven = attempt.addresses if attempt is not None and attempt.state in _WORKS else []
    told = [] if now is None else now.dashboard
    links = list(dict.fromkeys([*told, *(f"http://{address}/" for address in proven if ":" not in address)]))
    if not links:
        return [], None
    return links, qr_code(links[-1], say("QR code of the address %(address)s", address=links[-1]))
