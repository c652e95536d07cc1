"""The panel: gestures, lamp and buzzer joined with the hardware and the loop's timers. Nothing polls."""

import asyncio
import math
import time
from typing import Protocol

from appliance.backoff import Backoff
from appliance.panel.alarm import MonotonicClock
from appliance.panel.contact import Freed, Stuck
from appliance.panel.gestures import (
    Counted,
    HoldsStep,
    LimitReached,
    Outcome,
    Pressed,
    Released,
    SaveGesture,
    SetUpMode,
    UploadGesture,
    UploadNow,
)
from appliance.panel.hardware import Button, Hardware, PanelError
from appliance.panel.lamp import BuzzerShow, Condition, LampShow, Moment, State
from appliance.panel.player import Player
from appliance.panel.watch import ButtonWatch


class PressListener(Protocol):
    """Who wants to know what the buttons mean. Called on the loop; must not block and must not raise."""

    def press_began(self, at_s: float) -> None:
        """The save button went down at monotonic `at_s`: that anchors the moment, and is step 1."""

    def press_counted(self, steps: int) -> None:
        """The hold reached step 2, 3, ..."""

    def press_limit(self, steps: int) -> None:
        """The ring holds no more than `steps`."""

    def press_ended(self, steps: int) -> None:
        """Exactly once for every `press_began()`."""

    def upload_asked(self) -> None:
        """The upload button was pressed shortly."""

    def set_up_asked(self) -> None:
        """The upload button has been held long."""

    def panel_fault(self, sentence: str | None) -> None:
        """What is wrong with the panel, for the owner; None: nothing any more."""


class Panel:
    """Buttons, lamp and buzzer.

    The panel itself shows what the finger is owed at once (counted, limit) and its own fault (a stuck button);
    whether the moment was kept is told to it (`tell()`). `holds_step(anchor_s, steps)`: whether the ring has
    footage for step number `steps`.

    Hardware that cannot be used is a fault that is told, and tried again; whoever asks over the control socket can
    press all the same.
    """

    def __init__(
        self,
        hardware: Hardware,
        listener: PressListener,
        *,
        holds_step: HoldsStep,
        seconds_per_step: float,
        clock: MonotonicClock = time.monotonic,
        set_up_after_s: float = 10,
        stuck_after_s: float = 300,
        quiet_after_limit_s: float = 60,
    ) -> None:
        save = SaveGesture(
            seconds_per_step, holds_step, stuck_after_s=stuck_after_s, quiet_after_limit_s=quiet_after_limit_s
        )
        upload = UploadGesture(set_up_after_s, stuck_after_s=stuck_after_s)
        self._hardware = hardware
        self._listener = listener
        self._clock = clock
        self._watches: dict[Button, ButtonWatch] = {
            "save": ButtonWatch(save, clock, self._save_outcome),
            "upload": ButtonWatch(upload, clock, self._upload_outcome),
        }
        self._lamp = LampShow(clock())
        self._buzzer = BuzzerShow()
        self._players = (
            Player(self._lamp, clock, hardware.set_lamp),
            Player(self._buzzer, clock, hardware.set_buzzer),
        )
        self._stuck: set[Button] = set()
        self._trouble: str | None = None
        self._has_other_fault = False
        self._is_running = False

    @property
    def lamp(self) -> str:
        """The name of the pattern that the lamp shows now."""
        return self._lamp.current(self._clock())

    @property
    def fault(self) -> str | None:
        """What is wrong with buttons or lamp, for the owner."""
        if self._trouble or not self._stuck:
            return self._trouble
        names = " and the ".join(f"{button} button" for button in self._watches if button in self._stuck)
        are, them, their = ("is", "it", "its") if len(self._stuck) == 1 else ("are", "them", "their")
        return f"The {names} {are} stuck: look what holds {them} down, and whether {their} wires touch."

    def start(self) -> None:
        """Show and watch from now on; once, a stopped panel stays stopped."""
        self._is_running = True
        self._use_hardware()

    async def use_hardware(self, first_s: float = 1, most_s: float = 60) -> None:
        """Return when the hardware is in use: what could not be used at the start is tried again."""
        backoff = Backoff(first_s, most_s)
        while self._trouble:
            await asyncio.sleep(backoff.next_s())
            self._use_hardware()

    def _use_hardware(self) -> None:
        before, self._trouble = self._trouble, None
        try:
            held = self._hardware.start(self._edge)
        except PanelError as error:
            self._trouble = str(error)
        else:
            for button, watch in self._watches.items():
                if button in held:
                    watch.held_at_start()
            for player in self._players:
                player.start()
        if self._trouble != before:
            self._tell_fault()

    def stop(self) -> None:
        """End a press that is going on as if released, and let go of the hardware. Safe without `start()`."""
        if self._is_running:
            self._is_running = False
            for watch in self._watches.values():
                watch.stop()
            for player in self._players:
                player.stop()
        self._hardware.close()

    def show_state(self, state: State) -> None:
        """The recording state."""
        self._lamp.show_state(self._clock(), state)
        self._refresh()

    def set_condition(self, condition: Condition, *, on: bool) -> None:
        """Something that lasts beside recording."""
        if condition == "fault":
            self._has_other_fault = on
            on = on or self.fault is not None
        self._lamp.set_condition(self._clock(), condition, on=on)
        self._refresh()

    def tell(self, moment: Moment) -> None:
        """Show and sound `moment` once."""
        now_s = self._clock()
        self._lamp.tell(now_s, moment)
        self._buzzer.tell(now_s, moment)
        self._refresh()

    async def hold(self, button: Button, hold_s: float) -> int:
        """Hold `button` like a finger, beside any other; the steps of the whole press (0 for the upload button).

        Exact even if the loop is late. A caller that gives up waiting does not cut the hold short.

        Raises:
            ValueError: with a sentence, if `hold_s` is no length of time.
            PanelError: if the panel is not running.
        """
        self._refuse_if_stopped()
        if not math.isfinite(hold_s) or hold_s < 0:
            raise ValueError("A button can only be held for zero or more seconds.")
        return await self._watches[button].hold(hold_s)

    def keep_down(self, button: Button, holder: str, hold_s: float) -> None:
        """Hold `button` as `holder` for the next `hold_s`; said again before they are over, it stays down.

        Raises:
            PanelError: if the panel is not running.
        """
        self._refuse_if_stopped()
        self._watches[button].keep_down(f"asked {holder}", hold_s)

    async def let_go(self, button: Button, holder: str) -> int:
        """That one lets go; the steps of the whole press, when nobody holds the button any more. Raises as above."""
        self._refuse_if_stopped()
        return await self._watches[button].let_go(f"asked {holder}")

    def _refuse_if_stopped(self) -> None:
        if not self._is_running:
            raise PanelError("The buttons are not in use now: the recorder is starting or stopping.")

    def _edge(self, button: Button, is_down: bool, at_s: float) -> None:  # noqa: FBT001 - see OnEdge
        if self._is_running:
            self._watches[button].edge(at_s, is_down=is_down)

    def _save_outcome(self, outcome: Outcome) -> None:
        match outcome:
            case Pressed(at_s):
                self._listener.press_began(at_s)
                self.tell("counted")
            case Counted(steps):
                self._listener.press_counted(steps)
                self.tell("counted")
            case LimitReached(steps):
                self._listener.press_limit(steps)
                self.tell("limit")
            case Released(steps):
                self._listener.press_ended(steps)
            case _:
                self._stuck_outcome("save", outcome)

    def _upload_outcome(self, outcome: Outcome) -> None:
        match outcome:
            case UploadNow():
                self._listener.upload_asked()
            case SetUpMode():
                self._listener.set_up_asked()
            case _:
                self._stuck_outcome("upload", outcome)

    def _stuck_outcome(self, button: Button, outcome: Outcome) -> None:
        match outcome:
            case Stuck():
                self._stuck.add(button)
            case Freed():
                self._stuck.discard(button)
            case _:
                return
        self._tell_fault()

    def _tell_fault(self) -> None:
        self.set_condition("fault", on=self._has_other_fault)
        self._listener.panel_fault(self.fault)

    def _refresh(self) -> None:
        for player in self._players:
            player.refresh()
