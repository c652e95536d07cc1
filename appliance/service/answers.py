"""Every request finds the room that answers it."""

from concurrent.futures import Executor
from pathlib import Path
from typing import Protocol

from appliance.announcer import Announcer
from appliance.card.meter import Meter
from appliance.clock import Clock
from appliance.control import messages
from appliance.control.messages import (
    Answer,
    BoxRequest,
    CameraRequest,
    NetworkRequest,
    PressRequest,
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
from appliance.service.box import BoxDesk
from appliance.service.cameras import CameraDesk
from appliance.service.diagnostics import Diagnosis
from appliance.service.lookback import Lookback
from appliance.service.memories import Memories
from appliance.service.network import NetworkRoom, NetworkService
from appliance.service.presses import Presses
from appliance.service.settings import SettingsDesk
from appliance.service.status import Status
from appliance.service.storage import Storage, StorageRoom
from appliance.service.upload import Upload
from appliance.settings.model import Settings
from appliance.vitals import Vitals


class Uploads(memories.Uploads, status.Uploads, upload.Uploads, Protocol):
    """All that is asked of the uploader."""


class Answers:
    """Implements the control server's `Service`. `network`: what is told of the network without being asked, too."""

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
        network: NetworkRoom,
        settings: SettingsDesk,
        cameras: CameraDesk,
        owners_folder: Path | None,
        configured: Settings,
        thread: Executor,
        panel: Panel,
        meter: Meter,
        vitals: Vitals,
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
            vitals=vitals,
            clock=clock,
            boot=announcer.boot,
        )
        self._memories = Memories(
            keeper=keeper,
            shelf=shelf,
            uploads=uploads,
            folder=folder,
        )
        self._presses = Presses(
            keeper=keeper, shelf=shelf, panel=panel, clock=clock, announcer=announcer, folder=folder
        )
        self._lookback = Lookback(store, clock)
        self._upload = Upload(uploads, shelf, storage)
        self._storage = Storage(storage)
        self.network = NetworkService(network)
        self._settings = settings
        self._cameras = cameras
        diagnosis = Diagnosis(configured, self._status.answer)
        self._box = BoxDesk(owners_folder=owners_folder, clock=clock, thread=thread, diagnose=diagnosis.make)

    async def ask(self, request: ServiceRequest, tell: Tell) -> Answer:  # noqa: PLR0911 - a table
        """The answer of the room that the request is about. Raises RefusedError with a sentence."""
        if isinstance(request, messages.Status):
            return self._status.answer()
        if isinstance(request, messages.Ring):
            return await self._lookback.answer(request)
        if isinstance(request, UploadRequest):
            return await self._upload.ask(request)
        if isinstance(request, StorageRequest):
            return await self._storage.ask(request)
        if isinstance(request, NetworkRequest):
            return await self.network.ask(request)
        if isinstance(request, SettingsRequest):
            return await self._settings.ask(request)
        if isinstance(request, CameraRequest):
            return await self._cameras.ask(request)
        if isinstance(request, BoxRequest):
            return await self._box.ask(request)
        if isinstance(request, PressRequest):
            return await self._presses.ask(request, tell)
        return await self._memories.ask(request)
