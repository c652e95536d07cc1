"""The owner's file with its secrets taken out, and nothing else."""

import json
import tomllib
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.boot.brought import CARD_SECTIONS
from appliance.boot.starring import star
from appliance.settings.hiding import STARS, are_stars
from appliance.settings.textfile import plain


def starred(text: str) -> str:
    return star(text, tomllib.loads(plain(text)), CARD_SECTIONS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[wifi]\npassword = "secret12" # mine\n', f'[wifi]\npassword = "{STARS}" # mine\n'),
        ("[wifi]\npassword='secret12'\n", f'[wifi]\npassword="{STARS}"\n'),
        ('[wifi]\r\npassword = """secret12"""\r\n', f'[wifi]\r\npassword = "{STARS}"\r\n'),
        ('wifi = {ssid = "a", password = "secret12"}', f'wifi = {{ssid = "a", password = "{STARS}"}}'),
        ('wifi = [\n {password = "secret12"},\n]', f'wifi = [\n {{password = "{STARS}"}},\n]'),
        ('wifi.password = "secret12"', f'wifi.password = "{STARS}"'),
        ('[wifi]\n"pass\\u0077ord" = "secret12"', f'[wifi]\n"pass\\u0077ord" = "{STARS}"'),
        ('[wifi]\npassword = "s\\u0065cret12"', f'[wifi]\npassword = "{STARS}"'),
        ('[wifi]\npassword = "secret12"\n# it was secret12!', f'[wifi]\npassword = "{STARS}"\n# it was {STARS}!'),
        ('[wifi]\nssid = "secret12"\npassword = "secret12"', f'[wifi]\nssid = "secret12"\npassword = "{STARS}"'),
        ('\ufeff[wifi]\npassword = "secret12"', f'\ufeff[wifi]\npassword = "{STARS}"'),
        ('[camera]\nurl = "rtsp://me:x@cam/"', f'[camera]\nurl = "rtsp://me:{STARS}@cam/"'),
        ('[camera]\nurl = "rtsp://cam/"\n', '[camera]\nurl = "rtsp://cam/"\n'),
        ('[wifi]\npassword = "***"\n', '[wifi]\npassword = "***"\n'),
        ('[wifi]\npassword = ""\n', '[wifi]\npassword = ""\n'),
    ],
)
def test_secrets_become_stars_and_the_rest_stays(before: str, after: str) -> None:
    assert starred(before) == after


def test_a_text_that_cannot_be_edited_is_written_anew() -> None:
    # the other key of the same name and value is no secret, and stands where an edit would change it too
    before = '# mine\n[upload]\ndevice = "x"\n[wifi]\npassword = "secret12"\nssid = "a"\n'
    values = tomllib.loads(before)
    values["upload"]["networks"] = ["not in the text"]

    after = star(before, values, CARD_SECTIONS)

    assert tomllib.loads(after) == {**values, "wifi": {"password": STARS, "ssid": "a"}}
    assert "secret12" not in after


@dataclass(frozen=True)
class Line:
    """One line of a file. `secret`: what must be gone of it."""

    text: str
    secret: str = ""


signs = st.characters(exclude_categories=["C", "Zl", "Zp"])
secrets = st.text(signs, min_size=8, max_size=20).filter(lambda text: not are_stars(text))
blanks = st.text(" \t", max_size=3)
comments = st.builds(lambda text: f"#{text}", st.text(signs, max_size=20))


def basic(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def escaped(text: str) -> str:
    return '"' + "".join(f"\\U{ord(sign):08X}" for sign in text) + '"'


def literal(text: str) -> str:
    return f"'{text}'" if "'" not in text else basic(text)


def long_basic(text: str) -> str:
    return '"""\n' + basic(text)[1:-1] + '"""'


def long_literal(text: str) -> str:
    return f"'''{text}'''" if "'" not in text else basic(text)


quotings = st.sampled_from([basic, escaped, literal, long_basic, long_literal])
keys = st.sampled_from(["{}", '"{}"', "'{}'"])


@st.composite
def assignments(draw: st.DrawFn, key: str, value: str, secret: str = "") -> Line:
    written = draw(keys).format(key) + draw(blanks) + "=" + draw(blanks) + draw(quotings)(value) + draw(blanks)
    return Line(draw(blanks) + written + draw(st.just("") | comments), secret)


@st.composite
def files(draw: st.DrawFn) -> tuple[list[Line], str]:
    """A file's lines, and its line end."""
    lines: list[Line] = []

    def chatter() -> None:
        lines.extend(Line(text) for text in draw(st.lists(blanks | comments, max_size=2)))

    for number in range(draw(st.integers(0, 3))):
        chatter()
        lines.append(Line(draw(blanks) + "[[wifi]]" + draw(blanks)))
        password = draw(secrets)
        named = [draw(assignments("ssid", f"net {number}")), draw(assignments("password", password, password))]
        for line in draw(st.permutations(named)):
            chatter()
            lines.append(line)
    if draw(st.booleans()):
        password = draw(st.text("abcdefgh123", min_size=8, max_size=12))
        lines += [Line("[camera]"), draw(assignments("url", f"rtsp://me:{password}@cam/live", password))]
    chatter()
    return lines, draw(st.sampled_from(["\n", "\r\n"]))


@settings(max_examples=200, deadline=None)
@given(files())
def test_whatever_the_file_looks_like(file: tuple[list[Line], str]) -> None:
    lines, end = file
    before = end.join(line.text for line in lines)
    values = tomllib.loads(before)

    after = starred(before)

    told = tomllib.loads(after)
    for network in values.get("wifi", []):
        network["password"] = STARS
    if "camera" in values:
        values["camera"]["url"] = f"rtsp://me:{STARS}@cam/live"
    assert told == values
    for line in lines:
        if line.secret:
            assert basic(line.secret) not in after
            assert f"'{line.secret}'" not in after
        elif not any(other.secret and other.secret in line.text for other in lines):
            assert line.text in after
