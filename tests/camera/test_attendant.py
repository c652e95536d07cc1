"""What a source hears of its attendant; the attendant is a process that says what a test tells it to."""

import msgspec
import pytest

from appliance.attendance import AccessPoint, Report
from appliance.camera.attendant import TROUBLE_S, attended
from appliance.camera.radio import Radio
from appliance.camera.source import CameraTroubleError

STREAMING = Report("streaming", "It sends.", "HERO", 8554, "h264")
WIFI = Report("trouble", "Its Wi-Fi is on.", access_point=AccessPoint("GP1", "pw"))


class Wanderer:
    """A radio that goes where it is asked to, or says why not."""

    def __init__(self, trouble: str | None = None) -> None:
        self.joined: list[tuple[str, str]] = []
        self._trouble = trouble

    async def join(self, ssid: str, password: str) -> str | None:
        self.joined.append((ssid, password))
        return self._trouble


async def heard(*said: Report | str, radio: Radio | None = None, limit_s: float = 20.0, told: str = "") -> Report:
    words = [one if isinstance(one, str) else msgspec.json.encode(one).decode() for one in said]
    async with attended("tests.stands.talking_attendant", words, "camera", radio) as attendant:
        return await attendant.streaming(limit_s, told)


async def test_it_is_waited_for_until_the_stream_runs() -> None:
    report = await heard(Report("searching", "s"), "no JSON", "[]", Report("trouble", "t"), STREAMING)
    assert report == STREAMING


async def test_a_line_without_end_is_passed_over() -> None:
    """What a camera says may stand in it: whatever that is, the recorder goes on."""
    assert await heard("x" * 70_000, STREAMING) == STREAMING


async def test_a_trouble_that_lasts_is_told() -> None:
    with pytest.raises(CameraTroubleError, match="Too hot"):
        await heard(Report("trouble", "Too hot."))


async def test_a_search_without_end_is_told_at_its_limit() -> None:
    with pytest.raises(CameraTroubleError, match="Looking"):
        await heard(Report("searching", "Looking."), limit_s=5.0)


async def test_a_line_of_any_length_is_no_end_of_it() -> None:
    """What a camera calls itself may be long: the recorder must not end for it."""
    assert await heard(Report("preparing", "x" * 100_000), STREAMING) == STREAMING


async def test_one_that_ends_is_told() -> None:
    with pytest.raises(CameraTroubleError, match="speaks with camera has ended"):
        await heard("dies")


async def test_the_radio_is_asked_into_the_cameras_wifi() -> None:
    radio = Wanderer()
    with pytest.raises(CameraTroubleError, match="Wi-Fi is on"):
        await heard(WIFI, radio=radio, limit_s=8.0)
    assert radio.joined == [("GP1", "pw")]


async def test_one_that_sees_late_that_it_was_joined_is_waited_for() -> None:
    """Longer than a trouble may last; a second connection would begin the search anew."""
    report = await heard(WIFI, f"pause {TROUBLE_S + 1}", STREAMING, radio=Wanderer(), limit_s=60.0)
    assert report == STREAMING


async def test_a_radio_that_cannot_says_why() -> None:
    with pytest.raises(CameraTroubleError, match="Wrong password"):
        await heard(WIFI, radio=Wanderer("Wrong password."))


async def test_a_trouble_at_the_end_is_told_when_it_is_left() -> None:
    words = [msgspec.json.encode(one).decode() for one in (STREAMING, Report("trouble", "Too hot."))]

    async def leave() -> None:
        async with attended("tests.stands.talking_attendant", words, "camera") as attendant:
            while attendant.last.state != "trouble":
                await attendant._news.wait()
                attendant._news.clear()

    with pytest.raises(CameraTroubleError, match="Too hot"):
        await leave()
