"""Help: the lamp, the logs, an archive for whoever helps, and what this box is."""

from pathlib import Path

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from appliance.control.messages import Diagnostics, Status
from setup_portal.attachments import disposition
from setup_portal.pages.help.lamp import signs
from setup_portal.pages.help.origins import ORIGINS
from setup_portal.pages.steps.showing import network
from setup_portal.recorder import LONG_S, recorder
from setup_portal.sending import send

_LICENCE = Path(__file__).parents[2] / "licence.txt"


def help_page() -> ResponseReturnValue:
    """What helps, without asking the recorder: it may be what is in trouble."""
    return render_template("help/help.html", signs=signs())


def diagnostics() -> ResponseReturnValue:
    """An archive of what somebody who helps needs to know; the recorder leaves every secret out."""
    with recorder(LONG_S) as client:
        path = Path(client.ask(Diagnostics()).path)
    if not path.is_absolute():
        abort(404)
    return send(path, "application/gzip", disposition(f"moment-{path.name}"))


def about() -> ResponseReturnValue:
    """Version, card, and whose work this is."""
    with recorder() as client:
        status = client.ask(Status())
    now = network()
    name = now.host_name if now else status.machine.host_name if status.machine else ""
    return render_template(
        "help/about.html", status=status, name=name, origins=ORIGINS, licence=_LICENCE.read_text("utf-8")
    )
