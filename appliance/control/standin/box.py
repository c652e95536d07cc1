"""A box without a clock of its own and nothing to reset."""

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    RESET_WORD,
    BoxRequest,
    Diagnostics,
    DiagnosticsAnswer,
    Done,
    FactoryReset,
    MachineStatus,
    SetClock,
)


class StandInBox:
    """`resets`: those that were asked for."""

    def __init__(self) -> None:
        self.machine = MachineStatus(
            host_name="moment",
            uptime_s=7200.0,
            now_s=1_795_002_000.0,
            clock_is_trusted=True,
            zone="Europe/Berlin",
            utc_offset_s=3600,
            temperature_c=48.5,
            is_under_voltage=False,
            was_under_voltage=False,
            is_slowed=False,
        )
        self.diagnostics = DiagnosticsAnswer("/run/moment-recorder/diagnostics.tar.gz", 12_345)
        self.clock: SetClock | None = None
        self.resets: list[FactoryReset] = []

    def answer(self, request: BoxRequest) -> DiagnosticsAnswer | Done:
        """The answer to one request."""
        match request:
            case SetClock():
                if self.machine.clock_is_trusted:
                    return Done("The box knows the time already.")
                self.clock = request
                return Done("The clock is set.")
            case Diagnostics():
                return self.diagnostics
            case FactoryReset():
                if request.word != RESET_WORD:
                    raise RefusedError(f"Nothing was reset: type the word {RESET_WORD} to confirm it.")
                self.resets.append(request)
                return Done("The box starts anew now and resets what you asked for.")
