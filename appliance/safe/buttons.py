"""A press in safe mode: nothing can be kept, and the lamp says so at once. The set-up network can be asked for."""

from collections.abc import Callable

from appliance.panel.panel import Panel


class SafeButtons:
    """Listens to the panel; `connect()` comes before the first press. Nothing was recorded, so nothing is held."""

    def __init__(self, reason: str, log: Callable[[str], None], ask_set_up: Callable[[], str]) -> None:
        self._reason = reason
        self._log = log
        self._ask_set_up = ask_set_up
        self._panel: Panel

    def connect(self, panel: Panel) -> None:
        """Know the lamp."""
        self._panel = panel

    @staticmethod
    def holds_step(anchor_s: float, steps: int) -> bool:  # noqa: ARG004 - as the panel asks
        """Whether there is footage for a further step: there is none for any."""
        return False

    def press_began(self, at_s: float) -> None:  # noqa: ARG002 - there is nothing to anchor
        self._panel.tell("not-saved")
        self._log(f"NOT SAVED: {self._reason}")

    def press_counted(self, steps: int) -> None: ...

    def press_limit(self, steps: int) -> None: ...

    def press_ended(self, steps: int) -> None: ...

    def upload_asked(self) -> None:
        self._log(self._reason)

    def set_up_asked(self) -> None:
        self._log(self._ask_set_up())

    def panel_fault(self, sentence: str | None) -> None:
        if sentence:
            self._log(sentence)
