"""Names at the owner's storage."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.naming import (
    FIELDS,
    Place,
    device_trouble,
    fill_layout,
    layout_trouble,
    parse_remote,
    remote_name_trouble,
    remote_trouble,
    safe_name,
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("garage:moments", Place("garage", "moments")),
        ("garage:moments/x/", Place("garage", "moments/x")),
        ("garage:", Place("garage", "")),
        ("nas:/srv/moments", Place("nas", "/srv/moments")),
        ("nas:/", Place("nas", "/")),
        ("my drive_1.0-a+b@c:a:b", Place("my drive_1.0-a+b@c", "a:b")),
        ('Müller:Ordner mit $(touch x) `y` "z"', Place("Müller", 'Ordner mit $(touch x) `y` "z"')),
    ],
)
def test_a_remote_is_a_name_and_a_folder(text: str, place: Place) -> None:
    assert remote_trouble(text) is None
    assert parse_remote(text) == place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("garage", 'must be NAME:FOLDER, for example "garage:moments"'),
        ("attic", 'must be NAME:FOLDER, for example "attic:moments"'),
        ("/mnt/usb", 'must be NAME:FOLDER, for example "garage:moments"'),
        ("", "must be NAME:FOLDER"),
        (":s3:moments", "not with its options"),
        (":local,copy_links:/etc", "not with its options"),
        ("garage,endpoint=evil:moments", "not with its options"),
        ("-v:moments", "where NAME holds only letters"),
        (" garage:moments", "where NAME holds only letters"),
        ("garage :moments", "where NAME holds only letters"),
        ("/mnt/a:b", "where NAME holds only letters"),
        ("a`touch x`:b", "where NAME holds only letters"),
        ("x" * 65 + ":b", "where NAME holds only letters"),
        ("garage:a/../b", 'must not hold ".."'),
        ("garage:a\nb", "must not hold line breaks or control characters"),
    ],
)
def test_what_is_wrong_with_a_remote_is_told(text: str, said: str) -> None:
    assert said in (remote_trouble(text) or "")
    with pytest.raises(ValueError, match="must"):
        parse_remote(text)


@settings(deadline=None)
@given(st.text(max_size=20))
def test_what_passes_as_a_remote_cannot_be_an_option_or_a_connection_string(text: str) -> None:
    if remote_trouble(text) is None:
        place = parse_remote(text)
        assert remote_name_trouble(place.remote) is None
        assert not text.startswith(("-", ":", "/"))
        assert "," not in place.remote
        assert ".." not in place.folder.split("/")
    else:
        with pytest.raises(ValueError, match="must"):
            parse_remote(text)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{device}/{year}/{month}/{day}", None),
        ("", None),
        ("dashcam {year}-{month}", None),
        ("{yaer}", 'knows no field {yaer}; did you mean "{year}"?'),
        ("{hour}", "knows no field {hour}; there are {device}, {year}, {month}, {day}"),
        ("{device.__class__}", "knows no field {device.__class__}"),
        ("{device!r:>99}", 'did you mean "{device}"?'),
        ("{}", "knows no field {}"),
        ("{device", "a brace without its partner"),
        ("{{device}}", "a brace without its partner"),
        ("/{device}", 'must not begin with "/"'),
        ("{device}/../x", 'must not hold a folder ".."'),
        ("./x", 'must not hold a folder "."'),
        ("a//b", "an empty folder name"),
        ("a/", "an empty folder name"),
        ("a /b", "spaces at their ends"),
        ("a./b", "a dot at the last"),
        ("a:b", "must not hold :"),
        ("a\\b", "must not hold \\"),
        ("a\tb", "must not hold line breaks or control characters"),
    ],
)
def test_a_layout_is_checked(template: str, said: str | None) -> None:
    trouble = layout_trouble(template)

    assert trouble is None if said is None else said in (trouble or "")


VALUES = {"device": "box", "year": "2026", "month": "11", "day": "21"}
PIECES = st.sampled_from(["{device}", "{year}", "{", "}", "/", ".", "..", " ", "a", "{day}", ":", "\n", "!r"])


@settings(deadline=None)
@given(st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=8).map("".join)))
def test_what_passes_as_a_layout_makes_folders_that_every_storage_takes(template: str) -> None:
    if layout_trouble(template) is not None:
        return
    filled = fill_layout(template, VALUES)
    assert filled.isprintable()
    for folder in filled.split("/") if filled else []:
        assert not set(folder) & set('\\:*?"<>|')
        assert folder == folder.strip(" ")
        assert not folder.endswith("."), "neither this folder, nor the one above, nor what Windows would cut"
        assert folder


def test_the_fields_are_the_ones_that_are_told() -> None:
    assert set(FIELDS) == set(VALUES)


@settings(deadline=None)
@given(st.text(max_size=100))
def test_a_safe_name_is_safe_and_stays_so(name: str) -> None:
    safe = safe_name(name)

    assert device_trouble(safe) is None
    assert safe_name(safe) == safe
    assert 1 <= len(safe) <= 64
    assert not set(safe) & set('/\\:*?"<>|')
    assert safe == safe.strip(" .")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("moment-recorder", None),
        ("Auto 2 (hinten)", None),
        (" ", "must not be empty"),
        ("a/b", "must be a plain name"),
        ("..", "must be a plain name"),
        ("x" * 65, "at most 64 characters"),
    ],
)
def test_a_device_is_checked(name: str, said: str | None) -> None:
    trouble = device_trouble(name)

    assert trouble is None if said is None else said in (trouble or "")
