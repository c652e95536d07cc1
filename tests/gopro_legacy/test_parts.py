"""What comes from a GoPro of the old kind is untrusted: statuses, tables of neighbours, datagrams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.gopro_legacy.control import Info, read_info, read_status
from appliance.gopro_legacy.datagrams import greeting, transport_packets
from appliance.gopro_legacy.session import Status
from appliance.gopro_legacy.waking import mac_in, magic_packet

ARP = """IP address       HW type     Flags       HW address            Mask     Device
10.5.5.9         0x1         0x2         d4:d9:19:01:02:03     *        wlan0
10.5.5.10        0x1         0x0         00:00:00:00:00:00     *        wlan0
"""


def test_a_status() -> None:
    told = b'{"status":{"8":0,"10":1,"29":"","31":2},"settings":{"2":9}}'

    assert read_status(told) == Status(guests=2, is_recording=True)
    assert read_status(b'{"status":{}}') == Status(guests=1, is_recording=False)


def test_who_it_is() -> None:
    told = b'{"info":{"model_number":13,"model_name":"HERO4 Black","firmware_version":"HD4.02.05.00.00"}}'

    assert read_info(told) == Info("HD4.02.05.00.00", "HERO4 Black")
    assert read_info(b'{"info":{"firmware_version":"HD4.02.05.00.00"}}') == Info("HD4.02.05.00.00")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"status":7}', b'{"status":{"31":null}}', b'{"status":{"31":"x"}}']
)
def test_a_status_that_is_none(body: bytes) -> None:
    assert read_status(body) is None


@given(st.binary())
def test_any_answer_is_read_without_an_error(body: bytes) -> None:
    assert read_status(body) is None or read_info(body) == Info()


def test_the_neighbour_who_sleeps() -> None:
    mac = mac_in(ARP, "10.5.5.9")

    assert mac == bytes.fromhex("d4d919010203")
    assert magic_packet(mac) == b"\xff" * 6 + mac * 16
    assert mac_in(ARP, "10.5.5.10") is None
    assert mac_in(ARP, "10.5.5.1") is None


@given(st.text())
def test_any_table_of_neighbours_is_read_without_an_error(table: str) -> None:
    mac_in(table, "10.5.5.9")


PACKET = b"\x47" + bytes(187)


@given(head=st.binary(max_size=187).filter(lambda head: b"\x47" not in head), count=st.integers(1, 7))
def test_whatever_stands_before_the_packets_is_cut_off(head: bytes, count: int) -> None:
    assert transport_packets(head + PACKET * count) == PACKET * count


@given(st.binary(max_size=1500))
def test_any_datagram_gives_whole_packets(datagram: bytes) -> None:
    packets = transport_packets(datagram)

    assert len(packets) % 188 == 0
    assert packets in datagram
    assert packets == b"" or packets[0] == 0x47


def test_late_models_are_greeted_otherwise() -> None:
    assert greeting("HD8.01.01.60.00") == b"_GPHD_:1:0:2:0.000000\n"
    assert greeting("HD5.02.02.70.00") == greeting("") == b"_GPHD_:0:0:2:0.000000\n"
