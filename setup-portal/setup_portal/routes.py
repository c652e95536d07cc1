"""Every page: its address, what answers, and what it needs. What is not in this table is not served."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from flask.typing import ResponseReturnValue

from setup_portal.pages import door, front

Need = Literal["nothing", "visitor", "owner"]
"""`nothing`: a file of ours. `visitor`: anybody who called us by our name. `owner`: who may command the box."""


@dataclass(frozen=True)
class Route:
    """The endpoint's name is the view's. Every POST needs the form's mark besides."""

    rule: str
    view: Callable[..., ResponseReturnValue]
    need: Need
    methods: tuple[str, ...] = ("GET",)


_BOTH = ("GET", "POST")

ROUTES = (
    Route("/", front.front, "owner"),
    Route("/api/state", front.state, "visitor"),
    Route("/enter", door.enter, "visitor", _BOTH),
    Route("/leave", door.leave, "owner", ("POST",)),
    Route("/stay", door.stay, "visitor", _BOTH),
    Route("/password", door.password, "owner", _BOTH),
)
NEEDS: dict[str, Need] = {"static": "nothing", **{route.view.__name__: route.need for route in ROUTES}}
