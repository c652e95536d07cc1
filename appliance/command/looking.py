"""`moment cameras`: which are there now."""

import argparse

from appliance.command.asking import connect
from appliance.command.documents import document
from appliance.command.render import Screen, cameras_table
from appliance.command.speech import complain, say
from appliance.control.messages import Cameras

LOOK_LIMIT_S = 60.0
"""A look around takes some seconds, on a small board a quarter of a minute."""


def cameras(arguments: argparse.Namespace) -> int:
    """What could be recorded, the one that is first; what could not be looked for goes to the error output."""
    with connect(arguments, timeout_s=LOOK_LIMIT_S) as client:
        answer = client.ask(Cameras())
    if arguments.json:
        say(document(answer))
    else:
        Screen().print(cameras_table(answer.cameras))
        complain(*answer.troubles)
    return 0
