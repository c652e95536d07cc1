"""What is answered about the recorder as a whole."""

from datetime import datetime
from typing import Protocol

from appliance import __version__
from appliance.boot.report import BootReport
from appliance.card.meter import Meter
from appliance.clock import Clock
from appliance.control.messages import (
    BoxStatus,
    CardStatus,
    MachineStatus,
    MemoriesStatus,
    RecordingStatus,
    RingStatus,
    StatusAnswer,
    UploadStatus,
)
from appliance.control.values import as_message
from appliance.memories.keeper import Keeper
from appliance.memories.workshop import Workshop
from appliance.panel.panel import Panel
from appliance.recording.recorder import Recorder
from appliance.recording.store import RingStore
from appliance.upload.model import Summary
from appliance.vitals import Vitals


class Uploads(Protocol):
    """Who knows of the way of the memories to the storage."""

    def summary(self) -> Summary:
        """Of all of them, how it stands."""


class Status:
    """Asks every room how it is."""

    def __init__(
        self,
        *,
        recorder: Recorder,
        store: RingStore,
        keeper: Keeper,
        workshop: Workshop,
        uploads: Uploads,
        panel: Panel,
        meter: Meter,
        vitals: Vitals,
        clock: Clock,
        boot: BootReport | None,
    ) -> None:
        self._recorder = recorder
        self._store = store
        self._keeper = keeper
        self._workshop = workshop
        self._uploads = uploads
        self._panel = panel
        self._meter = meter
        self._vitals = vitals
        self._clock = clock
        self._boot = boot
        self._began_s = clock.monotonic_s()

    def answer(self) -> StatusAnswer:
        """How it is now."""
        now_s = self._clock.monotonic_s()
        card = self._meter.read()
        return StatusAnswer(
            version=__version__,
            uptime_s=round(now_s - self._began_s, 3),
            recording=self._recording(now_s),
            ring=self._ring(),
            memories=MemoriesStatus(self._workshop.count, self._keeper.pending, self._workshop.trouble),
            upload=as_message(self._uploads.summary(), UploadStatus),
            lamp=self._panel.lamp,
            card=None if card is None else as_message(card, CardStatus),
            box=as_message(self._boot, BoxStatus) if self._boot else None,
            panel_trouble=self._panel.fault,
            machine=self._machine(now_s),
        )

    def _machine(self, now_s: float) -> MachineStatus:
        wall_s, power = self._clock.wall_s(), self._vitals.power
        offset = datetime.fromtimestamp(wall_s).astimezone().utcoffset()
        return MachineStatus(
            host_name=self._vitals.host_name,
            uptime_s=round(now_s, 3),
            now_s=round(wall_s, 3),
            clock_is_trusted=self._clock.is_trusted(),
            zone=self._vitals.zone,
            utc_offset_s=int(offset.total_seconds()) if offset else 0,
            temperature_c=self._vitals.temperature_c,
            is_under_voltage=power.is_under_voltage,
            was_under_voltage=power.was_under_voltage,
            is_slowed=power.is_slowed,
        )

    def _recording(self, now_s: float) -> RecordingStatus:
        closed_s = self._recorder.last_closed_s
        return RecordingStatus(
            state=self._recorder.freshness.state,
            camera=self._recorder.camera,
            last_segment_age_s=None if closed_s is None else round(now_s - closed_s, 3),
            unflushed_s=round(self._store.unflushed_s, 3),
            restarts=self._recorder.restarts,
            reason=self._recorder.freshness.reason,
            warning=self._store.trouble or self._recorder.warning,
        )

    def _ring(self) -> RingStatus:
        ring = self._store.ring
        return RingStatus(
            segments=len(ring),
            bytes=ring.size_bytes,
            capacity_bytes=ring.capacity_bytes,
            seconds=round(ring.seconds, 3),
            left_out=self._store.left_out,
        )
