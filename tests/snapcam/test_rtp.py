"""RTP: packets of any shape, and their order over an air that mixes, repeats and loses them."""

from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from appliance.snapcam.rtp import Reordering, RtpPacket, read_rtp


def packet(number: int, source: int = 1, payload: bytes = b"") -> RtpPacket:
    told = payload or number.to_bytes(8, "big")
    return RtpPacket(sequence=number % 65_536, source=source, kind=33, payload=told, raw=b"")


def numbers(ready: Sequence[RtpPacket]) -> list[int]:
    return [int.from_bytes(one.payload, "big") for one in ready]


def wire(number: int, payload: bytes, *, sources: int = 0, extension: bytes = b"", padding: int = 0) -> bytes:
    first = 0x80 | sources | (0x10 if extension else 0) | (0x20 if padding else 0)
    head = bytes([first, 0xA1]) + number.to_bytes(2, "big") + bytes(4) + (7).to_bytes(4, "big") + bytes(4 * sources)
    more = bytes(2) + (len(extension) // 4).to_bytes(2, "big") + extension if extension else b""
    return head + more + payload + (bytes(padding - 1) + bytes([padding]) if padding else b"")


@given(
    number=st.integers(0, 65_535),
    payload=st.binary(min_size=1, max_size=1400),
    sources=st.integers(0, 15),
    words=st.integers(0, 4),
    padding=st.integers(0, 255),
)
def test_the_payload_is_found_behind_whatever_stands_before_it(
    number: int, payload: bytes, sources: int, words: int, padding: int
) -> None:
    raw = wire(number, payload, sources=sources, extension=bytes(4 * words), padding=padding)

    assert read_rtp(raw) == RtpPacket(number, 7, 33, payload, raw)


@given(st.binary(max_size=100))
@example(bytes([0x90]) + bytes(13))
@example(bytes([0xA0]) + bytes(12) + b"\xff")
def test_any_datagram_is_a_packet_or_none(datagram: bytes) -> None:
    found = read_rtp(datagram)

    assert found is None or (found.payload and found.payload in datagram)


@st.composite
def mixed(draw: st.DrawFn) -> list[int]:
    """Numbers from anywhere, over the wrap, each at most 20 places late, some twice, some never."""
    start = draw(st.one_of(st.integers(65_400, 65_535), st.integers(0, 65_535)))
    count = draw(st.integers(1, 200))
    delays = draw(st.lists(st.integers(0, 20), min_size=count, max_size=count))
    fates = draw(st.lists(st.sampled_from([0, 1, 1, 1, 1, 2]), min_size=count, max_size=count))
    places = [
        (index + delay + copy, start + index)
        for index, (delay, fate) in enumerate(zip(delays, fates, strict=True))
        for copy in range(fate if index else 1)
    ]
    first, *rest = places
    return [number for _, number in [(-1, first[1]), *sorted(rest)]]


@given(mixed())
def test_each_comes_once_in_order_and_only_what_was_lost_is_missing(sent: list[int]) -> None:
    order = Reordering(most=64, patience_s=1e9)
    ready = [one for number in sent for one in order.take(packet(number), 0.0)]
    ready += order.overdue(1e18)

    assert numbers(ready) == sorted(set(sent))
    assert order.dropped == len(sent) - len(set(sent))
    assert order.lost == max(sent) - min(sent) + 1 - len(set(sent))


@given(mixed(), st.integers(1, 10))
def test_not_more_wait_than_may(sent: list[int], most: int) -> None:
    order = Reordering(most=most, patience_s=1e9)
    for count, number in enumerate(sent, start=1):
        order.take(packet(number), float(count))
        assert len(order._waiting) <= most


@given(mixed(), st.floats(0.01, 0.5))
def test_none_waits_longer_than_it_may_and_order_is_kept(sent: list[int], gap_s: float) -> None:
    order = Reordering(patience_s=0.2)
    ready: list[RtpPacket] = []
    now_s = 0.0
    for number in sent:
        now_s += gap_s
        ready += order.overdue(now_s)
        assert order.until_s is None or order.until_s > now_s
        ready += order.take(packet(number), now_s)
    ready += order.overdue(now_s + 0.2)

    assert order.until_s is None
    assert numbers(ready) == sorted(set(numbers(ready)))


def test_a_camera_that_begins_anew_is_followed() -> None:
    order = Reordering()
    assert numbers(order.take(packet(40_000), 0.0)) == [40_000]
    assert order.take(packet(40_002), 0.0) == []

    assert numbers(order.take(packet(5, source=2), 0.1)) == [40_002, 5]
    assert numbers(order.take(packet(6, source=2), 0.1)) == [6]


def test_one_stray_number_is_dropped_and_two_in_a_row_are_another_count() -> None:
    order = Reordering()
    order.take(packet(100), 0.0)

    assert order.take(packet(30_000), 0.0) == []
    assert numbers(order.take(packet(101), 0.0)) == [101]
    assert order.take(packet(30_001), 0.0) == [], "not in a row"
    assert numbers(order.take(packet(102), 0.0)) == [102]
    assert order.take(packet(30_000), 0.0) == []
    assert numbers(order.take(packet(30_001), 0.0)) == [30_001]
    assert numbers(order.take(packet(30_002), 0.0)) == [30_002]


def test_a_long_loss_and_an_old_packet_are_no_other_count() -> None:
    """Some seconds without a radio, at three hundred packets a second."""
    order = Reordering()
    order.take(packet(5_000), 0.0)
    assert order.take(packet(7_900), 1.0) == []
    assert order.until_s == 1.8
    assert order.overdue(1.7) == []
    assert numbers(order.overdue(1.8)) == [7_900]
    assert order.lost == 2_899

    assert order.take(packet(6_000), 2.0) == []
    assert order.take(packet(6_001), 2.0) == []
    assert order.dropped == 2


def test_so_many_may_wait_for_one() -> None:
    order = Reordering()
    order.take(packet(0), 0.0)
    assert [one for number in range(2, 258) for one in order.take(packet(number), 0.0)] == []
    assert numbers(order.take(packet(258), 0.0)) == [*range(2, 259)]
    assert order.lost == 1


@given(st.lists(st.tuples(st.integers(0, 65_535), st.integers(0, 1)), max_size=100))
def test_any_packets_in_any_order_are_taken(sent: list[tuple[int, int]]) -> None:
    order = Reordering(most=16)
    given_back = sum(len(order.take(packet(number, source), float(at))) for at, (number, source) in enumerate(sent))

    assert given_back + len(order.overdue(1e9)) <= len(sent)
