"""What the socket is answered and what the buttons get while nothing is recorded: the truth."""

from appliance import __version__
from appliance.boot.report import BootReport
from appliance.clock import Clock
from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Answer,
    BoxStatus,
    Keep,
    MemoriesStatus,
    NetworkRequest,
    Press,
    RecordingStatus,
    RingStatus,
    Save,
    ServiceRequest,
    Status,
    StatusAnswer,
    UploadStatus,
)
from appliance.control.server import Tell
from appliance.control.values import as_message
from appliance.panel.panel import Panel
from appliance.service.network import NetworkService

BEGINNING = "Safe mode: "
UNKNOWN = (
    f"{BEGINNING}nothing is recorded now, and the boot left no word why: switch the box off and on; recording is tried "
    "again then, or in ten minutes."
)
_NOT_LOOKED_AT = "Not looked at in safe mode; what was kept is still there."


def reason_of(report: BootReport) -> str:
    """Why this is safe mode, in a sentence that begins so."""
    return next((trouble for trouble in report.troubles if trouble.startswith(BEGINNING)), UNKNOWN)


class SafeService:
    """Implements the control server's `Service`: status and network; everything else is refused with the reason."""

    def __init__(self, report: BootReport, panel: Panel, clock: Clock, network: NetworkService) -> None:
        self._report = report
        self._reason = reason_of(report)
        self._panel = panel
        self._clock = clock
        self._network = network
        self._began_s = clock.monotonic_s()

    async def ask(self, request: ServiceRequest, tell: Tell) -> Answer:  # noqa: ARG002 - nothing happens on the way
        if isinstance(request, Status):
            return self._status()
        if isinstance(request, NetworkRequest):
            return await self._network.ask(request)
        raise RefusedError(f"NOT SAVED: {self._reason}" if isinstance(request, Save | Press | Keep) else self._reason)

    def _status(self) -> StatusAnswer:
        return StatusAnswer(
            version=__version__,
            uptime_s=round(self._clock.monotonic_s() - self._began_s, 3),
            recording=RecordingStatus(
                state="off", camera="", last_segment_age_s=None, unflushed_s=0.0, restarts=0, reason=self._reason
            ),
            ring=RingStatus(segments=0, bytes=0, capacity_bytes=0, seconds=0.0, left_out=[]),
            memories=MemoriesStatus(count=0, pending=0, trouble=_NOT_LOOKED_AT),
            upload=UploadStatus(None, "off", self._reason, waiting=0, parked=0, proven=0, spent_bytes=0),
            lamp=self._panel.lamp,
            box=as_message(self._report, BoxStatus),
            panel_trouble=self._panel.fault,
        )
