"""From last words to sentences. The words were taken from ffmpeg 5.1 as it failed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.camera.troubles import explain, without_secrets

CAMERA = "RTSP camera at rtsp://10.0.0.5/live"
URL = "rtsp://***@10.0.0.5/live"
WORDS = [
    ("[tcp @ 0x5] Connection to tcp://10.0.0.5:554?timeout=3 failed: Connection refused", "refuses the connection"),
    (f"[rtsp @ 0x5] method DESCRIBE failed: 401 Unauthorized\n{URL}: Server returned 401 Unauthorized", "password"),
    (f"[rtsp @ 0x5] method DESCRIBE failed: 404 Not Found\n{URL}: Server returned 404 Not Found", "no stream at that"),
    (f"[rtsp @ 0x5] method DESCRIBE failed: 503 Service Unavailable\n{URL}: Server returned 5XX", "cannot stream now"),
    (
        f"[tcp @ 0x5] Failed to resolve hostname x: Name or service not known\n{URL}: Input/output error",
        "does not know",
    ),
    (f"{URL}: No route to host", "cannot be reached"),
    (f"{URL}: Connection timed out", "does not answer"),
    (f"{URL}: Invalid data found when processing input", "gives no answer"),
    ("udp://@:8554: Input/output error", "gone silent"),
    ("x.mkv: Invalid data found when processing input", "no picture that can be read"),
    ("[udp @ 0x5] bind failed: Address already in use\nudp://@:1: Inappropriate ioctl for device", "another program"),
    ("[video4linux2,v4l2 @ 0x5] Cannot open video device /dev/video0: Permission denied", "usermod -aG video"),
    ("[video4linux2,v4l2 @ 0x5] ioctl(VIDIOC_STREAMON): Device or resource busy", "in use by another program"),
    ("/dev/video0: No such file or directory", "plugged in"),
    ("[video4linux2,v4l2 @ 0x5] ioctl(VIDIOC_DQBUF): No such device", "not connected any more"),
    ("[alsa @ 0x5] cannot open audio device hw:9 (No such file or directory)", "cannot open audio device hw:9"),
    ("av_interleaved_write_frame(): No space left on device", "no space left"),
    ("setpriv: failed to execute ffmpeg: No such file or directory", "sudo apt install ffmpeg"),
    ("[h264 @ 0x5] non-existing PPS 0 referenced\n[h264 @ 0x5] no frame!", f"{CAMERA}: no frame!"),
    ("", "without a word"),
]


@pytest.mark.parametrize(("words", "said"), WORDS)
def test_last_words_become_a_sentence(words: str, said: str) -> None:
    assert said in explain(words, 1, CAMERA)


def test_a_death_by_signal_is_told_whatever_was_said_before() -> None:
    assert "SIGKILL" in explain("x: Connection refused", -9, CAMERA)
    assert "signal 250" in explain("", -250, CAMERA)


def test_exit_code_0_is_no_comfort() -> None:
    assert "gone silent" in explain("udp://@:8554?timeout=3: Input/output error", 0, "stream")
    assert explain("", 0, "stream") == "stream has stopped sending."


@given(st.text(), st.integers(-300, 300), st.text())
def test_whatever_was_said_one_short_line_comes_out(words: str, code: int, name: str) -> None:
    sentence = explain(words, code, name)

    assert len(sentence.splitlines()) == 1
    assert sentence.isprintable()
    assert len(sentence) <= 200


@given(st.sampled_from([words for words, _ in WORDS]), st.text(max_size=60))
def test_noise_around_known_words_does_not_break_them(words: str, noise: str) -> None:
    assert len(explain(f"{noise}\n{words}\n{noise}", 1, noise).splitlines()) == 1


SECRET = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).map(lambda s: f"q{s}7Z")
"""Marked at both ends, so that finding it is no accident."""


@given(SECRET, SECRET, st.sampled_from(["rtsp", "http", "udp", "tcp"]), st.text(max_size=40), st.text(max_size=40))
def test_a_password_never_survives(user: str, password: str, scheme: str, before: str, after: str) -> None:
    text = f"{before}{scheme}://{user}:{password}@10.0.0.5/live{after}"

    assert password not in without_secrets(text)
    assert password not in explain(text, 1, text)
    assert password not in explain(f"{text}\n{URL}: 401 Unauthorized", 1, text)


@given(
    st.from_regex(r"[^&\s]+", fullmatch=True).map(lambda s: f"q{s}7Z"),
    st.sampled_from(["password", "pwd", "PASS", "auth_token"]),
)
def test_a_password_in_the_query_never_survives(password: str, key: str) -> None:
    assert password not in without_secrets(f"rtsp://10.0.0.5/live?user=mara&{key}={password}&channel=1")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://10.0.0.5:554/live", "rtsp://10.0.0.5:554/live"),
        ("udp://@:8554", "udp://@:8554"),
        ("udp://@239.1.1.1:5000", "udp://@239.1.1.1:5000"),
        ("[rtsp @ 0x55] rtsp://a:b@h/: 401", "[rtsp @ 0x55] rtsp://***@h/: 401"),
        ("rtsp://h/live@1", "rtsp://h/live@1"),
        ("rtsp://mara@h/live", "rtsp://***@h/live"),
        ("rtsp://mara:a@b/c@h/live", "rtsp://***@h/live"),
        ("x@y is no address", "x@y is no address"),
    ],
)
def test_what_is_no_secret_stays(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
