"""RTSP and SDP: whole, in portions, and anything at all."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.snapcam.rtsp import Answer, Answers, RtspError, request
from appliance.snapcam.sdp import SdpError, Track, codecs, local_sdp, read_sdp

FIRST = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nv=0\r\n"
MEDIA = b"$\x01\x00\x04abcd"
LENGTH = "RTSP/1.0 200 OK\r\nContent-Length: "
SECOND = b"RTSP/1.0 454 Session Not Found\r\ncseq:2\r\nSession: 12;timeout=60\r\n\r\n"


def test_a_request() -> None:
    told = request("PLAY", "rtsp://192.168.2.103", 5, {"Session": "7", "Range": "npt=0.000-"})

    assert told == b"PLAY rtsp://192.168.2.103 RTSP/1.0\r\nCSeq: 5\r\nSession: 7\r\nRange: npt=0.000-\r\n\r\n"


@given(st.lists(st.integers(0, len(FIRST + MEDIA + SECOND)), max_size=20))
def test_answers_are_the_same_in_whatever_portions_they_come(cuts: list[int]) -> None:
    stream = FIRST + MEDIA + SECOND
    borders = [0, *sorted(cuts), len(stream)]
    answers = Answers()
    found = [one for begin, end in itertools.pairwise(borders) for one in answers.take(stream[begin:end])]

    assert [answer.status for answer in found] == [200, 454]
    assert found[0] == Answer(200, {"cseq": "1", "content-length": "5"}, b"v=0\r\n")
    assert found[0].is_good
    assert (found[1].is_good, found[1].session) == (False, "12")


@given(st.lists(st.one_of(st.binary(max_size=60), st.just(b"\r\n\r\n"), st.just(FIRST)), max_size=12))
def test_anything_is_an_answer_or_no_rtsp(portions: list[bytes]) -> None:
    answers = Answers()
    with contextlib.suppress(RtspError):
        for portion in portions:
            answers.take(portion)


@pytest.mark.parametrize(
    "head", ["HTTP/1.0 200 OK", "RTSP/1.0 abc", *(LENGTH + told for told in ("-1", "", "9" * 5000))]
)
def test_what_is_no_rtsp(head: str) -> None:
    with pytest.raises(RtspError):
        Answers().take(f"{head}\r\n\r\n".encode())


def test_an_answer_without_an_end() -> None:
    with pytest.raises(RtspError):
        Answers().take(b"RTSP/1.0 200 OK\r\n" + b"x" * 70_000)


SDP = b"""v=0
o=- 1 1 IN IP4 192.168.2.103
s=live
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0IAKeKQFAe2AtwEBAaQeJEV,aM48gA==
a=control:trackID=1
m=audio 0 RTP/AVP 97
a=rtpmap:97 mpeg4-generic/48000/2
a=fmtp:97 mode=AAC-hbr;config=1190;sizelength=13;indexlength=3;indexdeltalength=3
a=control:trackID=2
"""


def test_pictures_and_sound() -> None:
    tracks = read_sdp(SDP)

    assert [(track.codec, track.payload, track.control) for track in tracks] == [
        ("H264", 96, "trackID=1"),
        ("MPEG4-GENERIC", 97, "trackID=2"),
    ]
    assert codecs(tracks) == ("h264", "aac")
    told = local_sdp(tracks, [5000, 5002])
    assert "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop" in told
    assert "m=audio 5002 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000/2\r\na=fmtp:97 mode=AAC-hbr" in told
    assert [track.format for track in read_sdp(told.encode())] == [track.format for track in tracks]


def test_a_format_without_end_is_left_out() -> None:
    """What is told of it goes to the recorder in one line, and to ffmpeg in one word."""
    (track,) = read_sdp(SDP.partition(b"m=audio")[0].replace(b"packetization", b"x" * 60_000))

    assert (track.codec, track.format) == ("H264", "")


def test_a_transport_stream_needs_no_other_track() -> None:
    told = b"v=0\r\nm=video 0 RTP/AVP 33\r\na=control:trackID=1\r\nm=audio 0 RTP/AVP 0\r\n"

    assert read_sdp(told) == [Track("MP2T", 33, "trackID=1")]


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (b"", "no sense"),
        (b"<html>", "no sense"),
        (b"v=0\r\n", "no sense"),
        (b"v=0\r\nm=\r\n", "neither"),
        (b"v=0\r\nm=video 0 RTP/AVP 26\r\n", "neither"),
        (b"v=0\r\nm=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000\r\n", "neither"),
        (b"v=0\r\nm=video 0 RTP/AVP 300\r\na=rtpmap:300 H264/90000\r\n", "neither"),
    ],
)
def test_what_cannot_be_recorded(told: bytes, word: str) -> None:
    with pytest.raises(SdpError, match=word):
        read_sdp(told)


LINES = st.sampled_from(
    [
        "v=0",
        "m=video 0 RTP/AVP 96",
        "m=video 0 RTP/AVP 33",
        "m=",
        "a=rtpmap:96 H264/90000",
        "a=fmtp:96 \x00",
        "a=control:x y",
    ]
)


@given(st.one_of(st.binary(max_size=200), st.lists(LINES, max_size=12).map(lambda lines: "\r\n".join(lines).encode())))
def test_any_description_is_read_or_refused_and_what_is_read_holds_no_line_of_its_own(told: bytes) -> None:
    with contextlib.suppress(SdpError):
        for track in read_sdp(told):
            assert not any(c in track.control + track.format for c in "\r\n\0")
