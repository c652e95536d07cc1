"""Stand-ins for tests: their film is made once for all of them."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.standins.gopro import KINDS, GoProStandIn

StandInFactory = Callable[..., GoProStandIn]


def factory(running: contextlib.ExitStack, folder: Path) -> StandInFactory:
    """`stand_in("HERO12", …)`: a camera with the keywords of `GoProStandIn`, until `running` ends."""

    def make(model: str = "HERO12", *, size: str = "320x180", **options: Any) -> GoProStandIn:
        return running.enter_context(GoProStandIn(KINDS[model], folder=folder, size=size, **options))

    return make
