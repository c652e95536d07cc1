"""Every page: its address, what answers, and what it needs. What is not in this table is not served."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from flask.typing import ResponseReturnValue

from setup_portal.pages import door, front, looking, playing, pressing
from setup_portal.pages.help import helping, reset
from setup_portal.pages.memories import files, listing, one
from setup_portal.pages.settings import groups, networks, storages
from setup_portal.pages.steps import behaving, ending, naming, place, start, storing, viewing, wireless

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
    Route("/api/live", front.live, "owner"),
    Route("/picture.jpg", front.newest_picture, "owner"),
    Route("/press", pressing.press, "owner", ("POST",)),
    Route("/press/hold", pressing.hold, "owner", ("POST",)),
    Route("/look-back", looking.look_back, "owner"),
    Route("/look-back/keep", looking.keep_stretch, "owner", ("POST",)),
    Route("/look-back/playlist.m3u8", playing.stretch_list, "owner"),
    Route("/look-back/segment/<name>.ts", playing.segment, "owner"),
    Route("/look-back/head/<name>.mp4", playing.piece_head, "owner"),
    Route("/look-back/piece/<name>.m4s", playing.piece, "owner"),
    Route("/look-back/film.mp4", playing.film, "owner"),
    Route("/enter", door.enter, "visitor", _BOTH),
    Route("/leave", door.leave, "owner", ("POST",)),
    Route("/stay", door.stay, "visitor", _BOTH),
    Route("/password", door.password, "owner", _BOTH),
    Route("/set-up", start.set_up, "owner"),
    Route("/set-up/skip", start.skip, "owner", ("POST",)),
    Route("/set-up/welcome", start.welcome, "owner", _BOTH),
    Route("/set-up/country", place.country, "owner", _BOTH),
    Route("/set-up/wifi", wireless.wifi, "owner", _BOTH),
    Route("/set-up/wifi/join", wireless.wifi_join, "owner", _BOTH),
    Route("/set-up/wifi/outcome", wireless.wifi_outcome, "owner", ("POST",)),
    Route("/set-up/camera", viewing.camera, "owner", _BOTH),
    Route("/set-up/camera/<mark>.jpg", viewing.camera_picture, "owner"),
    Route("/set-up/storage", storing.storage, "owner"),
    Route("/set-up/storage/begin", storing.storage_begin, "owner", ("POST",)),
    Route("/set-up/storage/step", storing.storage_step, "owner", _BOTH),
    Route("/set-up/storage/abort", storing.storage_abort, "owner", ("POST",)),
    Route("/set-up/storage/test/<name>", storing.storage_test, "owner", _BOTH),
    Route("/set-up/behaviour", behaving.behaviour, "owner", _BOTH),
    Route("/set-up/name", naming.name, "owner", _BOTH),
    Route("/set-up/end", ending.end, "owner", _BOTH),
    Route("/memories", listing.memories, "owner"),
    Route("/memories/deleted", listing.deleted_memories, "owner"),
    Route("/memories/take-back", listing.take_back, "owner", ("POST",)),
    Route("/memories/departed", listing.departed, "owner", _BOTH),
    Route("/memories/<name>", one.memory, "owner"),
    Route("/memories/<name>/film", files.memory_film, "owner"),
    Route("/memories/<name>/picture", files.memory_picture, "owner"),
    Route("/memories/<name>/describe", one.describe, "owner", ("POST",)),
    Route("/memories/<name>/upload", one.memory_upload, "owner", _BOTH),
    Route("/memories/<name>/share", one.share, "owner", ("POST",)),
    Route("/memories/<name>/delete", one.delete, "owner", ("POST",)),
    Route("/help", helping.help_page, "owner"),
    Route("/help/about", helping.about, "owner"),
    Route("/help/diagnostics", helping.diagnostics, "owner", ("POST",)),
    Route("/help/reset", reset.reset, "owner", _BOTH),
    Route("/settings", groups.settings, "owner"),
    Route("/settings/written", groups.settings_written, "owner"),
    Route("/settings/networks", networks.networks, "owner", _BOTH),
    Route("/settings/storages", storages.storages, "owner", _BOTH),
    Route("/settings/of/<group>", groups.settings_group, "owner", _BOTH),
)
NEEDS: dict[str, Need] = {"static": "nothing", **{route.view.__name__: route.need for route in ROUTES}}
