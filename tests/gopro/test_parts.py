"""What is known of models, states and addresses; pure."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.gopro.models import MODELS, model_of
from appliance.gopro.sentences import hindrance, refusal
from appliance.gopro.state import CameraState, read_state
from appliance.gopro_addresses import is_over_usb, likely_addresses, with_port

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)
VALUES = st.none() | st.integers(-5, 70_000) | st.text(max_size=6) | st.booleans() | st.just("1")
STATUSES = st.dictionaries(st.integers(1, 130).map(str), VALUES)


@pytest.mark.parametrize(
    ("firmware", "name", "expected"),
    [
        ("HD9.01.01.72.00", "", "HERO9"),
        ("H22.01.01.10.00", "HERO11 Black", "HERO11"),
        ("H22.03.01.00.00", "HERO11 Black Mini", "HERO11 Mini"),
        ("H24.01.01.10.00", "", "HERO13"),
        ("", "HERO11 Black Mini", "HERO11 Mini"),
        ("H99.01", "GoPro MAX2", "MAX 2"),
        ("H99.01", "HERO12 Black", "HERO12"),
        ("", "", "GoPro"),
    ],
)
def test_a_model_is_known_by_its_firmware_or_its_name(firmware: str, name: str, expected: str) -> None:
    assert model_of(firmware, name).name == expected


def test_an_unknown_model_is_asked_for_nothing_special() -> None:
    unknown = model_of("Z1", "HERO99")
    assert not any((unknown.has_webcam, unknown.names_port, unknown.names_webcam_port))


def test_the_webcam_of_hero13_is_not_used_since_it_is_broken() -> None:
    assert [model.name for model in MODELS if model.has_webcam] == ["HERO9", "HERO10", "HERO11", "HERO12"]


@given(st.binary(max_size=40) | JSON.map(lambda told: json.dumps(told).encode()))
def test_nothing_that_a_camera_says_is_too_strange(body: bytes) -> None:
    state = read_state(body)
    assert state is None or isinstance(state, CameraState)


@given(STATUSES)
def test_missing_and_senseless_statuses_stand_in_nobodys_way(status: dict[str, object]) -> None:
    state = read_state(json.dumps({"status": status, "settings": {}}).encode())
    assert state is not None
    assert 0 < state.poll_period_s <= 5
    if not {"8", "10", "82", "6"} & status.keys():
        assert hindrance(state) is None


def test_a_state_is_read() -> None:
    status = {
        "55": 0,
        "113": 1,
        "6": 1,
        "8": 0,
        "10": 1,
        "33": 1,
        "54": 1024,
        "70": 12,
        "82": 1,
        "85": 0,
        "114": 2,
        "115": 1,
        "116": "1",
    }
    state = read_state(json.dumps({"status": status}).encode())
    assert state == CameraState(
        is_encoding=True,
        is_hot=True,
        is_wired=True,
        has_preview=False,
        is_transferring=True,
        has_wired_control=True,
        owner="other device",
        battery_percent=12,
        card="full",
        card_free_bytes=1024 * 1024,
    )


def test_a_refusal_is_told_by_its_likeliest_reason() -> None:
    assert "too hot" in refusal("500", CameraState(is_hot=True, card="full"))
    assert "controlled by another device" in refusal("500", CameraState(owner="other device"))
    assert "make room" in refusal("500", CameraState(card="full"))
    assert "(500)" in refusal("500", CameraState())
    assert "switch it to video" in refusal("500", CameraState(has_preview=False))


def test_the_wire_comes_before_the_wifi() -> None:
    own = ["127.0.0.1", "10.5.5.101", "172.27.189.50", "192.168.1.7", "172.27.189.52"]
    assert likely_addresses(own) == ["172.27.189.51", "10.5.5.9"]


@pytest.mark.parametrize("address", ["172.17.0.1", "172.31.189.50", "172.27.89.50", "10.5.50.9", "172.27.189.50.1"])
def test_other_networks_are_none_of_a_camera(address: str) -> None:
    assert likely_addresses([address]) == []
    assert not is_over_usb(address)


def test_an_address_may_name_its_port() -> None:
    assert with_port("10.5.5.9") == "10.5.5.9:8080"
    assert with_port("127.0.0.1:1234") == "127.0.0.1:1234"
    assert is_over_usb("172.27.189.51:8080")
