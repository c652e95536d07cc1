"""Which camera is taken: the documented order, rule by rule."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.camera.ranking import is_wired, mark_of, ranked
from appliance.found import Found, FoundKind

KINDS: list[FoundKind] = ["v4l2", "rpicam", "gopro", "gopro-legacy", "snapcam"]
FOUND = st.builds(
    Found,
    kind=st.sampled_from(KINDS),
    name=st.sampled_from(["a", "b"]),
    address=st.sampled_from(["", "/dev/video0", "172.27.189.51", "10.5.5.9"]),
    abilities=st.lists(st.sampled_from(["h264", "mjpeg", "wired", "1920x1080", "640x480", "x", "9x"])).map(tuple),
    trouble=st.sampled_from([None, None, "It is in use."]),
)
MARKS = st.builds(mark_of, FOUND)

GOPRO_USB = Found("gopro", "HERO11", "172.27.189.51")
GOPRO_AIR = Found("gopro", "HERO11", "10.5.5.9")
WEBCAM = Found("v4l2", "Webcam", "/dev/video0", ("mjpeg", "1280x720", "wired"))
SMALL = Found("v4l2", "Webcam", "/dev/video2", ("h264", "640x480", "wired"))
LARGE = Found("v4l2", "Webcam", "/dev/video4", ("h264", "1920x1080", "wired"))
RIBBON = Found("rpicam", "ribbon", abilities=("h264", "wired"))
LEGACY = Found("gopro-legacy", "HERO5")
SNAPCAM = Found("snapcam", "SnapCam")
IN_ORDER = [GOPRO_USB, LARGE, SMALL, RIBBON, WEBCAM, GOPRO_AIR, LEGACY, SNAPCAM]


@given(st.permutations(IN_ORDER))
def test_the_order_of_strangers(cameras: list[Found]) -> None:
    assert ranked(cameras, used=None) == IN_ORDER


@given(st.lists(FOUND), st.none() | MARKS, st.sets(MARKS))
def test_one_with_a_trouble_is_never_taken_and_no_other_is_left_out(
    cameras: list[Found], used: tuple[FoundKind, str] | None, failed: set[tuple[FoundKind, str]]
) -> None:
    good = ranked(cameras, used=used, failed=failed)

    assert sorted(map(repr, good)) == sorted(repr(camera) for camera in cameras if camera.trouble is None)
    fresh = [mark_of(camera) not in failed for camera in good]
    assert fresh == sorted(fresh, reverse=True), "one that failed just now comes last"
    if used and used not in failed and used in map(mark_of, good):
        assert mark_of(good[0]) == used


@given(st.lists(FOUND, max_size=6), st.randoms(use_true_random=False))
def test_the_same_cameras_always_give_the_same_choice(cameras: list[Found], chance: object) -> None:
    again = list(cameras)
    chance.shuffle(again)  # type: ignore[attr-defined]

    assert list(map(mark_of, ranked(cameras, used=None))) == list(map(mark_of, ranked(again, used=None)))


def test_a_box_keeps_to_its_camera_unless_it_just_failed() -> None:
    assert ranked(IN_ORDER, used=mark_of(SNAPCAM))[0] == SNAPCAM
    assert ranked(IN_ORDER, used=mark_of(SNAPCAM), failed=[mark_of(SNAPCAM)])[0] == GOPRO_USB
    assert ranked(IN_ORDER, used=None, failed=[mark_of(GOPRO_USB)])[-1] == GOPRO_USB


def test_a_gopro_at_a_cable_is_known_by_its_address() -> None:
    assert is_wired(GOPRO_USB)
    assert not is_wired(GOPRO_AIR)
    for address in ("172.17.0.51", "172.27.189.52", "172.270.189.51", "172.27.89.51"):
        assert not is_wired(Found("gopro", "x", address)), address
