"""What leads a claim when its file is made, and the claim's own arithmetic. Pure."""

from msgspec.structs import replace

from appliance.memories.model import Claim, ClaimedSegment, Entry, Gap, Leading, Press
from appliance.memories.moment import led_by
from appliance.recording.segment import Key

PRESS = Press("this boot", 50.0, 1_795_256_400.0, 0, "trusted")


def segment(number: int) -> ClaimedSegment:
    return ClaimedSegment(0, number, number * 5.0, number * 5.0 + 5.0, is_whole=True)


CLAIM = Claim(
    folder="c-2",
    id="m-1",
    stem=PRESS.file_stem,
    press=PRESS,
    last_press_s=50.0,
    asked_s=30.0,
    window_start_s=20.0,
    segments=[segment(number) for number in (6, 7, 8)],
    interruptions=[],
    merges=["m-1", "m-7"],
    leading=Leading("earlier.mp4", Key(0, 2), Key(0, 5), [], "m-1", 30.0),
)
FILE = Entry(
    name="earlier.mp4",
    id="m-1",
    part=1,
    parts=1,
    press=PRESS,
    asked_s=20.0,
    got_s=20.0,
    gaps=[],
    size_bytes=1,
    sha256="",
    window_start_s=10.0,
    first=Key(0, 2),
    last=Key(0, 5),
    claim="c-1",
)


def numbers(claim: Claim) -> list[int]:
    return [one.number for one in claim.segments]


def test_a_claim_that_nothing_leads_stays_as_it_is() -> None:
    plain = replace(CLAIM, leading=None)
    assert led_by(plain, []) is plain


def test_a_file_that_is_as_it_was_leads() -> None:
    assert led_by(CLAIM, [FILE]) == CLAIM


def test_a_file_with_a_corrected_name_leads_under_it() -> None:
    led = led_by(CLAIM, [replace(FILE, name="corrected.mp4")])
    assert led.leading
    assert led.leading.file == "corrected.mp4"


def test_a_file_that_is_gone_leads_no_more() -> None:
    led = led_by(CLAIM, [])
    assert (led.leading, led.first, numbers(led)) == (None, Key(0, 6), [6, 7, 8])


def test_a_file_that_has_grown_brings_more_and_the_rest_follows_it() -> None:
    gap = Gap(1.0, 2.0, "it was away")
    led = led_by(CLAIM, [replace(FILE, last=Key(0, 6), gaps=[gap])])
    assert led.leading
    assert (led.leading.last, led.leading.end_s, led.leading.gaps) == (Key(0, 6), 35.0, [gap])
    assert numbers(led) == [7, 8]


def test_a_file_that_has_taken_the_place_of_a_deleted_one_begins_where_it_begins() -> None:
    led = led_by(CLAIM, [replace(FILE, first=Key(0, 6), last=Key(0, 7))])
    assert (led.first, numbers(led)) == (Key(0, 6), [8])


def test_a_file_that_holds_everything_leaves_nothing_to_be_made() -> None:
    assert led_by(CLAIM, [replace(FILE, last=Key(0, 8))]).segments == []


def test_a_file_that_became_several_cannot_lead_and_is_not_replaced() -> None:
    parts = [replace(FILE, name=f"earlier-part{n}.mp4", part=n, parts=2, last=Key(0, 6)) for n in (1, 2)]
    for files in (parts, parts[:1], parts[1:]):
        led = led_by(CLAIM, files)
        assert (led.leading, numbers(led)) == (None, [7, 8])
        assert led.id not in {FILE.id, ""}, "another memory"
        assert led.merges == ["m-7"]
