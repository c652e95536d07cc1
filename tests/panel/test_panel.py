"""The whole panel on gpiozero's mock pins, in a running loop, in (quick) real time."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from appliance.panel.gpio import GpioPanel
from appliance.panel.hardware import Button, Hardware, NoHardware, OnEdge, PanelError
from appliance.panel.panel import Panel

SAVE, UPLOAD, LAMP, BUZZER = 17, 27, 22, 23
STEP_S = 0.1
STUCK_S = 0.6


class HeldPin(MockPin):  # type: ignore[misc] # gpiozero has no types
    """A pin with a finger on its button: the pull-up cannot lift it."""

    def __init__(self, factory: Any, info: Any) -> None:
        super().__init__(factory, info)
        self._state = False

    def _set_pull(self, value: str) -> None:
        self._pull = value


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.news: list[tuple[str, Any]] = []
        self.began_s: list[float] = []

    def press_began(self, at_s: float) -> None:
        self.began_s.append(at_s)
        self.news.append(("began", None))

    def press_counted(self, steps: int) -> None:
        self.news.append(("counted", steps))

    def press_limit(self, steps: int) -> None:
        self.news.append(("limit", steps))

    def press_ended(self, steps: int) -> None:
        self.news.append(("ended", steps))

    def upload_asked(self) -> None:
        self.news.append(("upload", None))

    def set_up_asked(self) -> None:
        self.news.append(("set-up", None))

    def panel_fault(self, sentence: str | None) -> None:
        self.news.append(("fault", sentence))

    def __contains__(self, kind: str) -> bool:
        return any(kind == heard for heard, _ in self.news)

    async def hear(self, kind: str, seconds: float = 5) -> Any:
        """What was said with the first news of `kind`, which is forgotten with all that came before."""
        give_up_s = time.monotonic() + seconds
        while time.monotonic() < give_up_s:
            for index, (heard, value) in enumerate(self.news):
                if heard == kind:
                    del self.news[: index + 1]
                    return value
            await asyncio.sleep(0.005)
        raise AssertionError(f"not heard: {kind}; but {self.news}")


class Bench:
    """A panel with its pins and its listener."""

    def __init__(
        self, factory: Any, most_steps: int = 99, seconds_per_step: float = STEP_S, stuck_s: float = STUCK_S
    ) -> None:
        self.factory = factory
        self.heard = Heard()
        self.save, self.upload = factory.pin(SAVE), factory.pin(UPLOAD)
        hardware = GpioPanel(save_pin=SAVE, upload_pin=UPLOAD, lamp_pin=LAMP, buzzer_pin=BUZZER, pin_factory=factory)
        self.panel = panel_on(hardware, self.heard, most_steps, seconds_per_step, stuck_s)

    def is_lit(self) -> bool:
        return bool(self.factory.pin(LAMP).state)

    def changes(self, pin: int) -> list[tuple[float, bool]]:
        """(seconds that the level before lasted, level) of every change."""
        return [(state.timestamp, bool(state.state)) for state in self.factory.pin(pin).states]

    async def bring_lamp_to(self, *, lit: bool) -> None:
        give_up_s = time.monotonic() + 5
        while self.is_lit() != lit:
            assert time.monotonic() < give_up_s
            await asyncio.sleep(0.005)


def panel_on(
    hardware: Hardware,
    heard: Heard,
    most_steps: int = 99,
    seconds_per_step: float = STEP_S,
    stuck_s: float = STUCK_S,
) -> Panel:
    return Panel(
        hardware,
        heard,
        holds_step=lambda _, steps: steps <= most_steps,
        seconds_per_step=seconds_per_step,
        set_up_after_s=0.3,
        stuck_after_s=stuck_s,
        quiet_after_limit_s=stuck_s / 2,
    )


BenchMaker = Callable[..., Bench]


@pytest.fixture
async def make_bench() -> AsyncIterator[BenchMaker]:
    """Started panels, stopped when the test ends."""
    benches: list[Bench] = []

    def make(pin_class: Any = MockPin, **options: Any) -> Bench:
        bench = Bench(MockFactory(pin_class=pin_class), **options)
        benches.append(bench)
        bench.panel.start()
        return bench

    yield make
    for bench in benches:
        bench.panel.stop()
        bench.factory.close()


async def test_a_short_press_is_one_step_anchored_at_the_edge(make_bench: BenchMaker) -> None:
    bench = make_bench(seconds_per_step=5)

    before_s = time.monotonic()
    bench.save.drive_low()
    after_s = time.monotonic()
    bench.save.drive_high()

    assert await bench.heard.hear("ended") == 1
    assert before_s <= bench.heard.began_s[0] <= after_s
    assert len(bench.heard.began_s) == 1


async def test_a_hold_is_counted_out_while_it_lasts(make_bench: BenchMaker) -> None:
    bench = make_bench()

    bench.save.drive_low()
    assert await bench.heard.hear("counted") == 2
    assert await bench.heard.hear("counted") == 3
    bench.save.drive_high()

    assert await bench.heard.hear("ended") >= 3


async def test_it_stops_counting_when_the_ring_holds_no_more(make_bench: BenchMaker) -> None:
    bench = make_bench(most_steps=2)

    bench.save.drive_low()
    assert await bench.heard.hear("limit") == 2
    assert bench.panel.lamp == "limit"
    await asyncio.sleep(2 * STEP_S)
    bench.save.drive_high()

    assert await bench.heard.hear("ended") == 2


async def test_bounces_are_one_press(make_bench: BenchMaker) -> None:
    bench = make_bench(seconds_per_step=5)

    for _ in range(5):
        bench.save.drive_low()
        bench.save.drive_high()

    assert await bench.heard.hear("ended") == 1
    await asyncio.sleep(0.1)
    assert bench.heard.news == []
    assert len(bench.heard.began_s) == 1


async def test_edges_come_from_any_thread_and_are_handled_on_the_loop(make_bench: BenchMaker) -> None:
    bench = make_bench()
    threads: list[threading.Thread] = []
    listen = bench.heard.press_began

    class OnLoop(Heard):
        def press_began(self, at_s: float) -> None:
            threads.append(threading.current_thread())
            listen(at_s)

    bench.panel._listener = OnLoop()
    finger = threading.Thread(target=bench.save.drive_low)
    finger.start()
    finger.join()

    assert threads == [], "the foreign thread did more than hand over"
    await bench.heard.hear("began")
    assert threads == [threading.current_thread()]


async def test_a_button_held_at_the_start_counts_only_when_pressed_anew(make_bench: BenchMaker) -> None:
    bench = make_bench(HeldPin)

    await asyncio.sleep(0.1)
    bench.save.drive_high()
    await asyncio.sleep(0.1)
    assert bench.heard.news == []

    bench.save.drive_low()
    bench.save.drive_high()
    assert await bench.heard.hear("ended") == 1


async def test_buttons_held_since_the_start_are_a_fault_in_the_end(make_bench: BenchMaker) -> None:
    bench = make_bench(HeldPin)

    assert "save button is stuck" in await bench.heard.hear("fault")
    assert "save button and the upload button are stuck" in await bench.heard.hear("fault")
    assert bench.panel.lamp == "fault"
    bench.save.drive_high()
    assert "upload button is stuck" in await bench.heard.hear("fault")
    bench.upload.drive_high()
    assert await bench.heard.hear("fault") is None
    assert bench.heard.began_s == []


async def test_a_stuck_button_keeps_its_moment_and_is_told_until_it_is_free(make_bench: BenchMaker) -> None:
    bench = make_bench(seconds_per_step=5)
    bench.panel.show_state("recording")

    bench.save.drive_low()
    assert await bench.heard.hear("ended") == 1
    assert "save button is stuck" in await bench.heard.hear("fault")
    assert bench.panel.lamp == "fault"
    assert await bench.panel.hold("save", 0) == 1, "the socket must still work"
    bench.save.drive_high()
    assert await bench.heard.hear("fault") is None
    await asyncio.sleep(0.5)
    assert bench.panel.lamp == "recording"


async def test_a_fault_of_others_outlives_a_stuck_button(make_bench: BenchMaker) -> None:
    bench = make_bench(seconds_per_step=5)
    bench.panel.set_condition("fault", on=True)
    bench.save.drive_low()
    await bench.heard.hear("fault")
    bench.save.drive_high()
    await bench.heard.hear("fault")
    await asyncio.sleep(0.5)

    assert bench.panel.lamp == "fault"
    bench.panel.set_condition("fault", on=False)
    assert bench.panel.lamp == "starting"


async def test_the_upload_button_short_and_long(make_bench: BenchMaker) -> None:
    bench = make_bench()

    bench.upload.drive_low()
    bench.upload.drive_high()
    await bench.heard.hear("upload")

    bench.upload.drive_low()
    await bench.heard.hear("set-up")
    bench.upload.drive_high()
    await asyncio.sleep(0.1)
    assert bench.heard.news == []


@pytest.mark.parametrize(("hold_s", "steps"), [(0.0, 1), (0.099, 1), (0.1, 2), (0.25, 3), (0.3, 4)])
async def test_an_asked_hold_is_exact(make_bench: BenchMaker, hold_s: float, steps: int) -> None:
    bench = make_bench()

    assert await bench.panel.hold("save", hold_s) == steps
    assert await bench.heard.hear("ended") == steps


async def test_an_asked_hold_is_exact_although_the_loop_is_late(make_bench: BenchMaker) -> None:
    bench = make_bench()

    holding = asyncio.create_task(bench.panel.hold("save", 0.15))
    await asyncio.sleep(0)
    time.sleep(0.4)  # noqa: ASYNC251 - the loop is to be late

    assert await holding == 2
    assert [news for news in bench.heard.news if news[0] != "began"] == [("counted", 2), ("ended", 2)]


async def test_a_press_after_an_asked_hold_is_another_one_although_the_loop_is_late(make_bench: BenchMaker) -> None:
    bench = make_bench()

    holding = asyncio.create_task(bench.panel.hold("save", 0.15))
    await asyncio.sleep(0)
    time.sleep(0.3)  # noqa: ASYNC251 - the loop is to be late
    bench.save.drive_low()
    bench.save.drive_high()

    assert await holding == 2
    assert await bench.heard.hear("ended") == 2
    assert await bench.heard.hear("ended") == 1


async def test_a_late_loop_tells_every_step_in_order(make_bench: BenchMaker) -> None:
    bench = make_bench()

    holding = asyncio.create_task(bench.panel.hold("save", 0.35))
    await asyncio.sleep(0)
    time.sleep(0.5)  # noqa: ASYNC251 - the loop is to be late

    assert await holding == 4
    assert bench.heard.news == [("began", None), ("counted", 2), ("counted", 3), ("counted", 4), ("ended", 4)]


async def test_concurrent_holds_are_one_press(make_bench: BenchMaker) -> None:
    bench = make_bench()

    bench.save.drive_low()
    holds = [bench.panel.hold("save", 0.05), bench.panel.hold("save", 0.32), bench.panel.hold("upload", 0)]
    asking = asyncio.gather(*holds)
    await bench.heard.hear("began")
    bench.save.drive_high()
    asked = await asking

    assert asked == [4, 4, 0]
    assert len(bench.heard.began_s) == 1
    assert "upload" in bench.heard


async def test_a_caller_that_goes_away_does_not_cut_its_hold_short(make_bench: BenchMaker) -> None:
    bench = make_bench()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bench.panel.hold("save", 0.25), 0.05)

    assert await bench.heard.hear("ended") == 3


@pytest.mark.parametrize("hold_s", [-1, float("nan"), float("inf")])
async def test_a_hold_of_no_length_is_refused(make_bench: BenchMaker, hold_s: float) -> None:
    bench = make_bench()

    with pytest.raises(ValueError, match="zero or more seconds"):
        await bench.panel.hold("save", hold_s)
    assert bench.heard.news == []


async def test_stopping_ends_a_press_and_lets_go_of_everything(make_bench: BenchMaker) -> None:
    bench = make_bench()
    bench.panel.show_state("recording")
    bench.save.drive_low()
    holding = asyncio.create_task(bench.panel.hold("save", 60))
    await bench.heard.hear("counted")

    bench.panel.stop()

    assert await bench.heard.hear("ended") == await holding
    assert not bench.is_lit()
    assert not bench.factory.pin(BUZZER).state
    bench.save.drive_high()
    bench.save.drive_low()
    await asyncio.sleep(STEP_S)
    assert bench.heard.news == []
    with pytest.raises(PanelError):
        await bench.panel.hold("save", 0)
    bench.panel.stop()


class LateHardware(NoHardware):
    """Cannot be used the first two times; then its save button is down."""

    def __init__(self) -> None:
        self.tries = 0

    def start(self, on_edge: OnEdge) -> frozenset[Button]:
        self.tries += 1
        if self.tries <= 2:
            raise PanelError("No pins.")
        return frozenset({"save"})

    def set_lamp(self, lit: bool, /) -> None:
        assert self.tries > 2


async def test_hardware_that_comes_late_is_told_once_and_tried_again() -> None:
    heard = Heard()
    panel = panel_on(LateHardware(), heard)
    panel.start()
    assert panel.fault == "No pins."
    assert panel.lamp == "fault"

    assert await panel.hold("save", STEP_S * 1.5) == 2  # whoever asks over the socket needs no pins
    await panel.use_hardware(first_s=0.01)

    assert panel.fault is None
    assert [said for said in heard.news if said[0] == "fault"] == [("fault", "No pins."), ("fault", None)]
    assert (await heard.hear("fault"), await heard.hear("fault", STUCK_S * 3))[1] is None
    assert "stuck" in await heard.hear("fault", STUCK_S * 3), "it was down when the pins came"
    panel.stop()


async def test_the_lamp_follows_its_table_by_timers(make_bench: BenchMaker) -> None:
    bench = make_bench()
    assert bench.panel.lamp == "starting"
    await asyncio.sleep(1.1)
    bench.panel.show_state("recording")
    await bench.bring_lamp_to(lit=True)

    blinks = bench.changes(LAMP)[2:-1]
    assert len(blinks) >= 3
    assert all(lasted_s == pytest.approx(0.25, abs=0.1) for lasted_s, _ in blinks)
    assert all(before != after for (_, before), (_, after) in pairwise(bench.changes(LAMP)[1:]))


async def test_not_saved_is_seen_and_heard_over_everything(make_bench: BenchMaker) -> None:
    bench = make_bench()
    bench.panel.show_state("recording")
    seen = len(bench.changes(LAMP))

    bench.panel.tell("not-saved")
    bench.panel.tell("got-it")
    await asyncio.sleep(0.8)

    assert bench.panel.lamp == "not-saved"
    assert len(bench.changes(LAMP)) - seen >= 5
    sounds = bench.changes(BUZZER)
    assert [level for _, level in sounds[-3:]] == [True, False, True]
    assert [lasted_s for lasted_s, _ in sounds[-2:]] == pytest.approx([0.5, 0.25], abs=0.1)


async def test_a_press_winks_and_ticks(make_bench: BenchMaker) -> None:
    bench = make_bench(seconds_per_step=5)
    bench.panel.show_state("recording")

    bench.save.drive_low()
    await bench.heard.hear("began")

    assert bench.panel.lamp == "counted"
    assert bench.factory.pin(BUZZER).state
    bench.save.drive_high()
    await asyncio.sleep(0.5)
    assert not bench.factory.pin(BUZZER).state
    assert bench.is_lit()


async def test_a_box_without_panel_still_counts_asked_holds() -> None:
    heard = Heard()
    panel = panel_on(NoHardware(), heard)
    panel.start()

    assert await panel.hold("save", 0.1) == 2
    panel.tell("not-saved")
    assert panel.lamp == "not-saved"
    panel.stop()


async def test_stopping_a_panel_that_never_started_is_quiet() -> None:
    panel = panel_on(NoHardware(), Heard())

    panel.tell("got-it")
    panel.stop()


async def test_a_hold_lasts_while_it_is_said_again_and_ends_when_it_is_let_go(make_bench: BenchMaker) -> None:
    bench = make_bench(stuck_s=300)
    bench.panel.keep_down("save", "a phone", 60)
    bench.panel.keep_down("save", "a phone", 60)
    assert await bench.heard.hear("counted") == 2
    assert await bench.panel.let_go("save", "a phone") >= 2
    assert [kind for kind, _ in bench.heard.news].count("ended") == 1
    assert await bench.panel.let_go("save", "a phone") == 0
    assert "began" not in bench.heard


async def test_a_hold_that_is_not_said_again_lets_go(make_bench: BenchMaker) -> None:
    bench = make_bench(stuck_s=300)
    bench.panel.keep_down("save", "a phone", 60)
    bench.panel.keep_down("save", "a phone", 1.5 * STEP_S)
    assert await bench.heard.hear("ended") >= 2


async def test_whoever_lets_go_does_not_end_the_press_of_another(make_bench: BenchMaker) -> None:
    bench = make_bench(stuck_s=300)
    bench.panel.keep_down("save", "one", 60)
    bench.panel.keep_down("save", "other", 60)
    leaving = asyncio.ensure_future(bench.panel.let_go("save", "one"))
    assert await bench.heard.hear("counted") == 2
    assert not leaving.done()
    assert await bench.panel.let_go("save", "other") == await leaving


async def test_a_panel_that_has_stopped_is_not_held(make_bench: BenchMaker) -> None:
    bench = make_bench()
    bench.panel.stop()
    with pytest.raises(PanelError):
        bench.panel.keep_down("save", "a phone", 1)
    with pytest.raises(PanelError):
        await bench.panel.let_go("save", "a phone")
