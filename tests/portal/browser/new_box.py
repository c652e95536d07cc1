"""A box that was never set up: its settings are the real ones, and so is the way to its storage."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from appliance.control.messages import Answer, ChangeSettings, ServiceRequest, SettingValue, StorageRequest
from appliance.control.server import Tell
from appliance.control.standin import StandInService, StandInSupervisor
from appliance.service.settings import sections_of
from appliance.service.storage import Storage
from appliance.settings.owners import OwnersSettings
from appliance.storage.rclone import Rclone, find_rclone
from appliance.storage.room import StorageRoom
from appliance.upload.causes import explain
from tests.portal.test_process import Pages, running
from tests.stands.storage_servers import StorageServer, serve


class NewService(StandInService):
    """A recorder without a clock, whose storages are reached by the real rclone."""

    def __init__(self, room: StorageRoom) -> None:
        super().__init__()
        self.settings.sections = sections_of(OwnersSettings(None, None).read())
        self.box.machine = replace(self.box.machine, clock_is_trusted=False)
        self._storages = Storage(room)

    async def _answered(self, request: ServiceRequest, tell: Tell) -> Answer:
        if isinstance(request, StorageRequest):
            return await self._storages.ask(request)
        return await super()._answered(request, tell)

    @property
    def changed(self) -> dict[str, SettingValue]:
        """Every setting that was changed, by its key."""
        changes = [asked.changes for asked in self.asked if isinstance(asked, ChangeSettings)]
        return {key: value for each in changes for key, value in each.items()}


@dataclass(frozen=True)
class NewBox:
    """The box, and the storage of its owner."""

    service: NewService
    supervisor: StandInSupervisor
    pages: Pages
    server: StorageServer

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.pages.port}"


@contextmanager
def new_box(folder: Path) -> Iterator[NewBox]:
    """Out of its parcel, with a storage of its owner beside it."""
    room = StorageRoom(Rclone(folder / "rclone.conf", find_rclone()), lambda: None, explain=explain)
    service = NewService(room)
    (folder / "storage").mkdir()
    with (
        serve("webdav", folder / "storage") as server,
        StandInSupervisor(folder / "control.sock", service) as supervisor,
        running(folder / "pages", folder / "control.sock") as pages,
    ):
        yield NewBox(service, supervisor, pages, server)
        asyncio.run_coroutine_threadsafe(room.close(), supervisor._loop).result()
