"""Frames of a SnapCam, and the exchange of one command, over an air that damages, repeats and swallows."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.snapcam import commands
from appliance.snapcam.commands import OWN_ADDRESS, Told, read_told
from appliance.snapcam.exchange import Exchange
from appliance.snapcam.frames import Assembly, frame, pieces, read_acknowledgement
from appliance.standins.snapcam import Faults, SnapCamTalk

TEXTS = st.dictionaries(st.text(max_size=8), st.text(max_size=40), max_size=6)


def test_a_frame() -> None:
    assert frame({"Type": 18}) == b'\xffb{"Type":18}CRC:1'
    assert frame({"time": "20260101120000", "Type": 15})[:3] == b"\xff23"


@given(TEXTS)
def test_a_frame_that_is_cut_and_put_together_is_the_same(message: dict[str, str]) -> None:
    assembly = Assembly()
    whole = pieces(frame(message))
    steps = [assembly.take(piece) for piece in whole]

    assert steps == ["more"] * (len(whole) - 1) + ["done"]
    assert assembly.message == message
    assert all(len(piece) <= 20 for piece in whole)


@given(TEXTS, st.data())
def test_a_byte_that_was_changed_is_seen_or_harmless(message: dict[str, str], data: st.DataObject) -> None:
    """Four bits of checksum do not see all: what passes is JSON, and nothing raises."""
    whole = bytearray(frame(message))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 15))
    assembly = Assembly()
    steps = [assembly.take(piece) for piece in pieces(bytes(whole))]

    assert "done" not in steps or isinstance(assembly.message, dict)
    if len(whole) > at >= len(whole) - 1:
        assert "done" not in steps, "the checksum itself"


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=10))
def test_anything_is_taken_without_an_error(said: list[bytes]) -> None:
    assembly = Assembly()
    for piece in said:
        if assembly.take(piece) == "damaged":
            break
        read_acknowledgement(piece)


def put_together(whole: bytes) -> list[str]:
    assembly = Assembly()
    return [assembly.take(piece) for piece in pieces(whole)]


@pytest.mark.parametrize(
    "whole",
    [
        b'\xffa{"Type":18}CRC:1',
        b'\xffb{"Type":18}CRX:1',
        b'\xffb{"Type":18}CRC:2',
        b'\xff+b{"Type":18}CRC:1',
        b'\xff0xb{"Type":18}CRC:1',
        b'\xffzz{"Type":18}CRC:1',
        b'\xff000b{"Type":18}CRC:1',
        b'\xff{"Type":18}CRC:1',
        b'b{"Type":18}CRC:1',
    ],
    ids=[
        "too short",
        "no check",
        "wrong check",
        "a sign",
        "a prefix",
        "no digits",
        "too many",
        "no length",
        "no begin",
    ],
)
def test_what_is_no_frame_is_damaged(whole: bytes) -> None:
    assert put_together(whole)[0] == "damaged"


def test_a_long_frame_and_one_with_a_capital_digit() -> None:
    long = frame({"a": "x" * 300})
    assert long.startswith(b"\xff134{")
    assert put_together(long)[-1] == "done"
    told = frame({"Type": 15})
    assert told.endswith(b"CRC:e")
    assert put_together(told[:-1] + b"E") == ["done"]


def test_what_is_asked_by_which_number() -> None:
    """dimhoff/snapcamcontrol: 15 sets the clock, 18 its Wi-Fi, 22 switches that on, 24 card, 25 version, 27 battery."""
    asked = {
        18: commands.ask_wifi(),
        22: commands.switch_wifi_on(),
        24: commands.ask_card(),
        25: commands.ask_version(),
        27: commands.ask_battery(),
        29: commands.ask_address(),
    }
    assert {number: exchange.write() for number, exchange in asked.items()} == {
        number: frame({"Type": number}) for number in asked
    }
    clock = commands.set_clock(time.struct_time((2026, 1, 2, 3, 4, 5, 0, 0, 0)))
    assert clock._pieces == pieces(frame({"time": "20260102030405", "Type": 15}))


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (b'{"Type":18,"ret":1}', True),
        (b'{ "Type" : 1 8, "ret": 1 }', True),
        (b'{"Type":18,"ret":0}', False),
        (b'{"Type":18}', None),
        (b"{", None),
        (b"\xffb{", None),
        (b"{\xfe}", None),
        (b'{"Type":18,"ret":1}\0\0', True),
    ],
)
def test_an_acknowledgement(said: bytes, meaning: bool | None) -> None:
    assert read_acknowledgement(said) is meaning


def hold(exchange: Exchange, talk: SnapCamTalk) -> int:
    """Drive an exchange against the stand-in; how often nothing came."""
    silences = 0
    said: list[bytes] = []
    for _ in range(500):
        if exchange.is_over:
            return silences
        if (piece := exchange.write()) is not None:
            said += talk.written(piece)
        if said:
            exchange.notified(said.pop(0))
        else:
            silences += 1
            exchange.silent()
    raise AssertionError("an exchange without an end")


def talk_of(answers: dict[int, dict[str, Any]] | None = None) -> SnapCamTalk:
    talk = SnapCamTalk(lambda: None, lambda: None)
    talk.answers |= answers or {}
    return talk


@given(answer=TEXTS, refusals=st.integers(0, 2), damages=st.integers(0, 1), silences=st.integers(0, 1))
def test_an_answer_arrives_whatever_goes_wrong_so_often(
    answer: dict[str, str], refusals: int, damages: int, silences: int
) -> None:
    talk = talk_of({18: answer})
    talk.faults = Faults(refusals=refusals, damages=damages, silences=silences)
    exchange = commands.ask_wifi()
    hold(exchange, talk)

    assert exchange.stage == "done"
    assert exchange.answer == {"Type": 18, **answer}


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_every_exchange_ends(refusals: int, damages: int, silences: int, stutters: int) -> None:
    talk = talk_of()
    talk.faults = Faults(refusals=refusals, damages=damages, silences=silences, stutters=stutters)
    exchange = commands.ask_wifi()
    hold(exchange, talk)

    assert (exchange.stage == "done") == (exchange.answer.get("ssid") == "SnapCam_2264")


@given(
    st.lists(st.one_of(st.none(), st.binary(max_size=20), st.sampled_from([b'{"ret":1}', b'{"ret":0}'])), max_size=200)
)
def test_an_exchange_with_anybody_ends_or_goes_on_without_an_error(said: list[bytes | None]) -> None:
    exchange = commands.ask_card()
    written = 0
    for notification in said:
        written += exchange.write() is not None
        if notification is None:
            exchange.silent()
        else:
            exchange.notified(notification)
    assert exchange.stage != "done" or exchange.answer
    assert written <= 3 * 3 * 3 + len(said)


def test_a_camera_that_says_nothing_is_asked_three_times() -> None:
    talk = talk_of()
    talk.faults = Faults(silences=100)
    exchange = commands.switch_wifi_on()

    assert hold(exchange, talk) == 3
    assert exchange.stage == "failed"


def test_what_it_told() -> None:
    told = read_told(
        {"ssid": "SnapCam_2264", "pwd": "123456789"}, {"ip": "192.168.2.104"}, {"free": "1d08"}, {"battery": "1"}, {}
    )

    assert told == Told("SnapCam_2264", "123456789", "192.168.2.104", battery=1, free_mb=0x1D08)
    assert told.warning
    assert read_told({}) is None
    assert read_told({"ssid": 7, "pwd": None}) is None
    for nowhere in ("0.0.0.0", "224.0.0.1", "255.255.255.255"):
        told = read_told({"ssid": "a"}, {"ip": nowhere})
        assert told is not None
        assert told.address == OWN_ADDRESS, "it has none before its Wi-Fi is on"
    strange = read_told({"ssid": "a"}, {"ip": "--port=1", "battery": [], "free": "zz"})
    assert strange == Told("a", "", OWN_ADDRESS)
    assert OWN_ADDRESS == "192.168.2.103"
    assert strange.warning is None
