"""Reading MPEG-TS: real footage of real encoders, the same footage damaged, and plain rubbish."""

import itertools
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.mpegts.packets import PACKET_BYTES, is_transport_stream, packets
from appliance.recording.folder import HEAD_BYTES
from appliance.recording.transport import (
    CLOCK_HZ,
    WRAP,
    Layout,
    changes,
    complete_bytes,
    fingerprint,
    picture_times,
    prelude_bytes,
    read_layout,
)
from tests.recording.conftest import decode_errors

Footage = Callable[[str], list[Path]]
KINDS = ("h264", "h264-silent", "h264-b", "h264-large", "hevc", "wrapping")
RATE = 20

quick = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def probed_times(path: Path) -> list[int]:
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts", "-of", "csv=p=0"]
    said = subprocess.run([*command, str(path)], capture_output=True, text=True, check=True).stdout
    return [int(number) % WRAP for number in re.findall(r"-?\d+", said)]


@pytest.mark.parametrize(
    ("kind", "video", "audio"),
    [("h264", "h264", ("aac",)), ("h264-silent", "h264", ()), ("h264-b", "h264", ("aac",)), ("hevc", "hevc", ("aac",))],
)
def test_a_layout_tells_the_codecs(footage: Footage, kind: str, video: str, audio: tuple[str, ...]) -> None:
    for segment in footage(kind):
        layout = read_layout(segment.read_bytes())
        assert layout == Layout(0x100, video, audio)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_every_segment_of_an_epoch_has_the_same_fingerprint(footage: Footage, kind: str) -> None:
    segments = footage(kind)
    assert len(segments) == 3
    whole = {fingerprint(segment.read_bytes()) for segment in segments}
    heads = {fingerprint(segment.read_bytes()[:HEAD_BYTES]) for segment in segments}
    assert len(whole) == 1
    assert heads == whole
    assert None not in whole


def test_parameter_sets_that_are_told_twice_are_the_same_footage(footage: Footage) -> None:
    """Cameras that repeat them, behind `dump_extra` which repeats them again."""
    once, twice = (footage(kind)[0].read_bytes() for kind in ("told-once", "told-twice"))
    assert once.count(b"\0\0\1\x67") < twice.count(b"\0\0\1\x67")
    assert fingerprint(once) == fingerprint(twice)


def test_other_resolutions_codecs_and_sounds_have_other_fingerprints(footage: Footage) -> None:
    kinds = ("h264", "h264-silent", "h264-large", "hevc")
    found = [fingerprint(footage(kind)[0].read_bytes()) for kind in kinds]
    for one, other in itertools.combinations(found, 2):
        assert one != other


@pytest.mark.parametrize("kind", KINDS)
def test_picture_times_are_those_that_ffprobe_reads(footage: Footage, kind: str) -> None:
    pictures = 0
    for segment in footage(kind):
        times = picture_times(segment.read_bytes())
        assert times == probed_times(segment)
        pictures += len(times)
    assert pictures == 3 * RATE


def test_b_frames_stand_in_the_order_of_the_file_not_of_time(footage: Footage) -> None:
    times = picture_times(footage("h264-b")[0].read_bytes())
    assert times != sorted(times)
    steps = {after - before for before, after in itertools.pairwise(sorted(times))}
    assert steps == {CLOCK_HZ // RATE}


def test_the_clock_wraps_within_the_footage(footage: Footage) -> None:
    """After 26.5 hours. Each picture is still one step after the one before it, also from file to file."""
    times = [time for segment in footage("wrapping") for time in picture_times(segment.read_bytes())]
    assert times[0] > WRAP - 2 * CLOCK_HZ
    assert times[-1] < 4 * CLOCK_HZ
    steps = {(after - before) % WRAP for before, after in itertools.pairwise(times)}
    assert steps == {CLOCK_HZ // RATE}


@pytest.mark.parametrize("kind", KINDS)
def test_every_packet_is_found(footage: Footage, kind: str) -> None:
    data = footage(kind)[0].read_bytes()
    with_payload = [o for o in range(0, len(data), PACKET_BYTES) if data[o + 3] & 0x10]
    assert [packet.offset for packet in packets(data)] == with_payload
    assert all(p.offset + 4 <= p.payload <= p.offset + PACKET_BYTES for p in packets(data))


@pytest.mark.parametrize("kind", KINDS)
def test_the_prelude_is_the_tables_alone(footage: Footage, kind: str) -> None:
    data = footage(kind)[0].read_bytes()
    tables = data[: prelude_bytes(data)]
    assert 2 * PACKET_BYTES <= len(tables) <= 10 * PACKET_BYTES
    assert read_layout(tables) == read_layout(data)
    assert picture_times(tables) == []
    assert picture_times(tables + data[len(tables) :]) == picture_times(data)


def test_the_middle_of_a_file_can_be_read_with_the_tables_before_it(footage: Footage) -> None:
    data = footage("h264")[1].read_bytes()
    tables = data[: prelude_bytes(data)]
    half = len(data) // PACKET_BYTES // 2 * PACKET_BYTES
    tail = picture_times(tables + data[half:])
    assert 0 < len(tail) < RATE
    assert tail == picture_times(data)[-len(tail) :]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@quick
def test_wherever_a_writer_was_cut_off_all_but_the_last_frame_is_kept(
    footage: Footage, kind: str, data: st.DataObject
) -> None:
    whole = footage(kind)[0].read_bytes()
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    sound = complete_bytes(cut)
    assert 0 <= sound <= len(cut)
    assert sound % PACKET_BYTES == 0
    begun = picture_times(cut)
    assert picture_times(cut[:sound]) == begun[:-1]
    if sound:
        following = next(p for p in packets(whole, sound))
        assert following.starts_unit, "it ends where a frame begins"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("share", "streams"), [(0.3, "0:v"), (0.75, "0"), (0.97, "0")])
def test_what_is_kept_of_a_cut_file_decodes_without_an_error(
    footage: Footage, tmp_path: Path, kind: str, share: float, streams: str
) -> None:
    """Sound comes later than the picture: in the first third of a second there may be none yet."""
    whole = footage(kind)[0].read_bytes()
    cut = whole[: int(len(whole) * share)]
    kept = tmp_path / "kept.ts"
    kept.write_bytes(cut[: complete_bytes(cut)])
    assert len(picture_times(kept.read_bytes())) >= share * RATE / 2
    assert decode_errors(kept, streams=streams) == ""


def test_a_file_that_was_cut_before_its_second_frame_holds_nothing_certain(footage: Footage) -> None:
    whole = footage("h264")[0].read_bytes()
    assert complete_bytes(b"") == 0
    assert complete_bytes(whole[: prelude_bytes(whole)]) == 0
    assert complete_bytes(whole[: prelude_bytes(whole) + PACKET_BYTES]) == 0


def test_a_change_of_resolution_is_found_at_its_first_frame(footage: Footage) -> None:
    small, large = (footage(kind)[0].read_bytes() for kind in ("h264", "h264-large"))
    found = changes(small + large + small)
    assert [offset for offset, _ in found] == [
        prelude_bytes(small),
        len(small) + prelude_bytes(large),
        len(small) + len(large) + prelude_bytes(small),
    ]
    assert [kind for _, kind in found] == [fingerprint(small), fingerprint(large), fingerprint(small)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_segment_of_one_format_has_one_entry(footage: Footage, kind: str) -> None:
    data = b"".join(segment.read_bytes() for segment in footage(kind))
    assert changes(data) == [(prelude_bytes(data), fingerprint(data))]


def test_the_beginning_of_a_transport_stream_is_known(footage: Footage) -> None:
    data = footage("h264")[0].read_bytes()
    assert is_transport_stream(data)
    assert is_transport_stream(data[:PACKET_BYTES])
    assert not is_transport_stream(data[: PACKET_BYTES - 1])
    assert not is_transport_stream(data[1:])
    assert not is_transport_stream(data[:PACKET_BYTES] + b"\0" + data[:400])
    assert not is_transport_stream(b"")
    assert not is_transport_stream(b"\0" * 1000)


def read_all(data: bytes) -> None:
    """Everything that reads bytes; what it says of rubbish is not important, that it holds within the data is."""
    is_transport_stream(data)
    layout = read_layout(data)
    assert (layout is None) <= (fingerprint(data) is None)
    assert all(0 <= p.offset < p.payload <= p.offset + PACKET_BYTES <= len(data) for p in packets(data))
    assert all(0 <= offset < len(data) for offset, _ in changes(data))
    assert all(0 <= time < WRAP for time in picture_times(data))
    assert 0 <= prelude_bytes(data) <= len(data)
    assert 0 <= complete_bytes(data) <= len(data)


def _packet(pid: int, starts_unit: bool, control: int, payload: bytes) -> bytes:
    head = bytes([0x47, starts_unit << 6 | pid >> 8, pid & 0xFF, control])
    return (head + payload)[:PACKET_BYTES].ljust(PACKET_BYTES, b"\xff")


PACKETS = st.builds(
    _packet,
    st.sampled_from([0, 0x100, 0x1000, 0x1FFF]),
    st.booleans(),
    st.integers(0, 255),
    st.binary(max_size=184),
)


@given(st.binary(max_size=2000))
@settings(deadline=None)
def test_rubbish_is_read_without_a_word(data: bytes) -> None:
    read_all(data)


@given(st.lists(PACKETS, max_size=12).map(b"".join))
@settings(deadline=None)
def test_rubbish_in_packets_is_read_without_a_word(data: bytes) -> None:
    read_all(data)


EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(["set", "drop", "insert"]), st.binary(max_size=40)),
    min_size=1,
    max_size=20,
)


def damaged(data: bytes, edits: list[tuple[float, str, bytes]]) -> bytes:
    found = bytearray(data)
    for where, what, content in edits:
        at = int(where * len(found))
        if what == "set":
            found[at : at + len(content)] = content
        elif what == "drop":
            del found[at : at + len(content)]
        else:
            found[at:at] = content
    return bytes(found)


@pytest.mark.parametrize("kind", ["h264", "hevc"])
@given(edits=EDITS, first=st.integers(0, 40), count=st.integers(1, 60))
@quick
def test_damaged_footage_is_read_without_a_word(
    footage: Footage, kind: str, edits: Any, first: int, count: int
) -> None:
    """Early damage hits the tables; the damage is anywhere in the first packets."""
    data = footage(kind)[0].read_bytes()
    begin = first * PACKET_BYTES if first > 20 else 0
    read_all(damaged(data[begin : begin + count * PACKET_BYTES], edits))


@pytest.mark.parametrize("kind", ["h264", "hevc"])
@given(bits=st.lists(st.integers(0, 6 * PACKET_BYTES * 8 - 1), min_size=1, max_size=8))
@quick
def test_tables_with_turned_bits_are_read_without_a_word(footage: Footage, kind: str, bits: list[int]) -> None:
    data = bytearray(footage(kind)[0].read_bytes()[: 60 * PACKET_BYTES])
    for bit in bits:
        data[bit // 8] ^= 1 << bit % 8
    read_all(bytes(data))
