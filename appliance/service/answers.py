"""Every request finds the room that answers it."""

from typing import Protocol

from appliance.announcer import Announcer
from appliance.card.meter import Meter
from appliance.clock import Clock
from appliance.control import messages
from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Answer,
    MemoryRequest,
    NetworkRequest,
    ServiceRequest,
    SettingsRequest,
    StorageRequest,
    UploadRequest,
)
from appliance.control.server import Tell
from appliance.memories.keeper import Keeper
from appliance.memories.shelf import Shelf
from appliance.memories.workshop import Workshop
from appliance.panel.panel import Panel
from appliance.recording.recorder import Recorder
from appliance.recording.store import RingStore
from appliance.service import memories, status, upload
from appliance.service.lookback import Lookback
from appliance.service.memories import Memories
from appliance.service.settings import SettingsDesk
from appliance.service.status import Status
from appliance.service.storage import Storage, StorageRoom
from appliance.service.upload import Upload


class Uploads(memories.Uploads, status.Uploads, upload.Uploads, Protocol):
    """All that is asked of the uploader."""


class Answers:
    """Implements the control server's `Service`."""

    def __init__(
        self,
        *,
        recorder: Recorder,
        store: RingStore,
        keeper: Keeper,
        workshop: Workshop,
        shelf: Shelf,
        uploads: Uploads,
        storage: StorageRoom,
        settings: SettingsDesk,
        panel: Panel,
        meter: Meter,
        clock: Clock,
        announcer: Announcer,
        folder: str,
    ) -> None:
        self._status = Status(
            recorder=recorder,
            store=store,
            keeper=keeper,
            workshop=workshop,
            uploads=uploads,
            panel=panel,
            meter=meter,
            clock=clock,
            boot=announcer.boot,
        )
        self._memories = Memories(
            keeper=keeper,
            shelf=shelf,
            panel=panel,
            clock=clock,
            announcer=announcer,
            uploads=uploads,
            folder=folder,
        )
        self._lookback = Lookback(store, clock)
        self._upload = Upload(uploads)
        self._storage = Storage(storage)
        self._settings = settings

    async def ask(self, request: ServiceRequest, tell: Tell) -> Answer:
        """The answer of the room that the request is about. Raises RefusedError with a sentence."""
        if isinstance(request, messages.Status):
            return self._status.answer()
        if isinstance(request, messages.Ring):
            return self._lookback.answer(request)
        if isinstance(request, UploadRequest):
            return await self._upload.ask(request)
        if isinstance(request, StorageRequest):
            return await self._storage.ask(request)
        if isinstance(request, NetworkRequest):
            raise RefusedError("This recorder does not look after its network.")
        if isinstance(request, SettingsRequest):
            return await self._settings.ask(request)
        if isinstance(request, MemoryRequest):
            return await self._memories.ask(request, tell)
        raise RefusedError("The recorder cannot do that yet.")
