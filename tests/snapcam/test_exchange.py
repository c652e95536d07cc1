"""One exchange with a SnapCam, step by step: which piece is said again, and when all of it is."""

import time

import pytest

from appliance.snapcam import commands
from appliance.snapcam.exchange import Exchange
from appliance.snapcam.frames import frame, pieces

WELL, AGAIN = b'{"Type":0,"ret":1}', b'{"Type":0,"ret":0}'
CLOCK = pieces(frame({"time": "20260102030405", "Type": 15}))
ASKED = frame({"Type": 18})
ANSWER = pieces(frame({"Type": 18, "ssid": "SnapCam_2264", "pwd": "123456789"}))
DAMAGED = b"\xff no frame"


@pytest.fixture
def clock() -> Exchange:
    """Three pieces, and no answer."""
    assert len(CLOCK) == 3
    return commands.set_clock(time.struct_time((2026, 1, 2, 3, 4, 5, 0, 0, 0)))


@pytest.fixture
def asking() -> Exchange:
    """One piece, acknowledged: the answer comes."""
    exchange = commands.ask_wifi()
    assert exchange.write() == ASKED
    exchange.notified(WELL)
    assert (exchange.stage, exchange.write()) == ("reading", None)
    return exchange


def after(exchange: Exchange, said: bytes) -> bytes | None:
    """What is written next."""
    exchange.notified(said)
    return exchange.write()


def answered(exchange: Exchange) -> None:
    """The answer comes well from its first piece on."""
    for piece in ANSWER[:-1]:
        assert after(exchange, piece) == b'{"ret":1}'
    assert after(exchange, ANSWER[-1]) is None
    assert (exchange.stage, exchange.answer["ssid"]) == ("done", "SnapCam_2264")


def test_a_piece_that_is_refused_is_written_again_and_after_three_times_all_of_it(clock: Exchange) -> None:
    assert clock.write() == CLOCK[0]
    assert after(clock, WELL) == CLOCK[1]
    assert after(clock, AGAIN) == CLOCK[1]
    assert after(clock, AGAIN) == CLOCK[1]
    assert after(clock, AGAIN) == CLOCK[0]
    assert [after(clock, WELL) for _ in CLOCK] == [CLOCK[1], CLOCK[2], None]
    assert clock.stage == "done"


def test_refusals_are_counted_for_each_piece(clock: Exchange) -> None:
    clock.write()
    for piece, following in zip(CLOCK, [*CLOCK[1:], None], strict=True):
        assert after(clock, AGAIN) == piece
        assert after(clock, AGAIN) == piece
        assert after(clock, WELL) == following
    assert clock.stage == "done"


def test_what_is_no_acknowledgement_is_passed_over(clock: Exchange) -> None:
    clock.write()
    assert after(clock, ANSWER[0]) is None
    assert after(clock, WELL) == CLOCK[1]


def test_an_acknowledgement_that_comes_twice_is_passed_over(asking: Exchange) -> None:
    assert after(asking, WELL) is None
    answered(asking)


def test_a_first_piece_that_is_damaged_is_asked_for_again(asking: Exchange) -> None:
    assert after(asking, DAMAGED) == b'{"ret":0}'
    answered(asking)


def test_after_two_times_in_vain_all_is_asked_again(asking: Exchange) -> None:
    assert [after(asking, DAMAGED) for _ in range(3)] == [b'{"ret":0}', b'{"ret":0}', ASKED]
    assert after(asking, WELL) is None
    answered(asking)


def test_a_later_piece_that_is_damaged_begins_all_anew(asking: Exchange) -> None:
    assert after(asking, ANSWER[0]) == b'{"ret":1}'
    assert after(asking, b"x" * 60) == ASKED
    assert after(asking, WELL) is None
    assert after(asking, WELL) is None, "twice again"
    answered(asking)


def test_silence_begins_all_anew_so_often(clock: Exchange) -> None:
    assert clock.write() == CLOCK[0]
    assert after(clock, WELL) == CLOCK[1]
    for _ in range(2):
        clock.silent()
        assert clock.write() == CLOCK[0]
    clock.silent()
    assert (clock.stage, clock.write()) == ("failed", None)
