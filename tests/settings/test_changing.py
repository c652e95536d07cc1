"""New values in a settings text: they are there, everything else is as it was, whatever the text looks like."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.settings.changing import HEADING, Changes, changed, changed_values
from appliance.settings.writing import toml_text

KEYS = st.sampled_from(["kind", "url", "odd-key", "networks"])
VALUES = st.one_of(
    st.text(max_size=12), st.integers(-9, 9), st.booleans(), st.floats(0, 9), st.lists(st.text(max_size=4), max_size=3)
)
CONTENTS = st.dictionaries(st.sampled_from(["camera", "upload"]), st.dictionaries(KEYS, VALUES, max_size=3), max_size=2)
CHANGES = st.dictionaries(
    st.tuples(st.sampled_from(["camera", "upload", "ring"]), KEYS), VALUES | st.none(), min_size=1, max_size=3
)


@given(CONTENTS, CHANGES, st.text("#'\"= a\t", max_size=8))
@settings(deadline=None)
def test_the_text_says_what_it_should(values: dict[str, Any], changes: dict[Any, Any], comment: str) -> None:
    text = "\n".join(f"{line} # {comment}" if " = " in line else line for line in toml_text(values).split("\n"))

    told = changed(text, changes)

    assert tomllib.loads(told) == changed_values(values, changes)


OWNERS = """\
# My box, in the shed
[camera]
kind = "rtsp"   # the one at the door
url = 'rtsp://a:b@c/d#e' # "quoted"

[upload]
networks = [
  "home",  # mine
]
"""


def test_comments_and_order_stay() -> None:
    told = changed(OWNERS, {("camera", "kind"): "v4l2", ("camera", "url"): "udp://1:2", ("ring", "segment_seconds"): 4})

    assert (
        told
        == OWNERS.replace('"rtsp"   #', '"v4l2"   #').replace("'rtsp://a:b@c/d#e' #", '"udp://1:2" #')
        + "\n[ring]\nsegment_seconds = 4\n"
    )


def test_a_key_is_put_into_its_section_and_taken_out() -> None:
    told = changed(OWNERS, {("upload", "metered"): True, ("camera", "url"): None})

    assert '[upload]\nmetered = true\nnetworks = [\n  "home",  # mine' in told
    assert "url" not in told
    assert "the one at the door" in told


@pytest.mark.parametrize(
    "text",
    [
        OWNERS,
        'camera.kind = "rtsp"\nupload.networks = ["a"]\n',
        'camera = { kind = "rtsp" }\n[upload]\nnetworks = """a\n"""\n',
        "",
        "# nothing",
    ],
)
def test_whatever_the_text_looks_like(text: str) -> None:
    changes: Changes = {("camera", "kind"): "v4l2", ("upload", "networks"): ["x", "y"]}

    told = changed(text, changes)

    assert tomllib.loads(told) == changed_values(tomllib.loads(text), changes)
    assert told.startswith(HEADING) or not text or text.split("\n", maxsplit=1)[0].split("=", maxsplit=1)[0] in told
