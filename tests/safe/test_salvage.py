"""What is had of settings that are broken or missing: never nothing, never a failure."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.safe.salvage import salvage
from appliance.settings.model import Settings

BASE = '[panel]\nkind = "gpio"\nlamp_pin = 5\n[control]\nsocket = "/run/x.sock"\n[box]\nboot_report = "/run/report"\n'


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "base.toml"
    path.write_text(BASE)
    return path


@pytest.fixture
def owner(tmp_path: Path) -> Path:
    return tmp_path / "owner.toml"


def test_nothing_at_all(tmp_path: Path) -> None:
    assert salvage(None, None) == Settings()
    assert salvage(tmp_path / "absent", tmp_path) == Settings()


def test_the_owners_values_stand_above_the_base(base: Path, owner: Path) -> None:
    owner.write_bytes(b'\xef\xbb\xbf[panel]\r\nlamp_pin = 6\r\n[camera]\r\nkind = "rtps"\r\n[nonsense]\r\n')
    found = salvage(base, owner)
    assert (found.panel.kind, found.panel.lamp_pin) == ("gpio", 6)
    assert found.control.socket == "/run/x.sock"
    assert found.box.boot_report == "/run/report"


@pytest.mark.parametrize(
    "text",
    [
        "[panel",
        "panel = 3\n",
        "[panel]\nlamp_pin = 99\nkind = 5\n",
        "[panel]\nlamp_pin = 17\n",
        '[control]\nsocket = ""\n',
    ],
)
def test_what_is_wrong_is_passed_over(base: Path, owner: Path, text: str) -> None:
    owner.write_text(text)
    assert salvage(base, owner) == salvage(base, None)


def test_one_wrong_value_takes_no_other_with_it(base: Path, owner: Path) -> None:
    owner.write_text("[panel]\nlamp_pin = 99\nsave_pin = 18\n")
    panel = salvage(base, owner).panel
    assert (panel.lamp_pin, panel.save_pin) == (5, 18)


KEYS = st.sampled_from(
    ["[panel]", "[control]", "lamp_pin", "save_pin", "kind", "socket", "=", "[", '"', "\n", "17", "-1"]
)


@given(st.one_of(st.binary(max_size=60), st.lists(KEYS, max_size=14).map(lambda words: " ".join(words).encode())))
@settings(deadline=None)
def test_it_never_fails(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base, owner = Path(folder) / "base", Path(folder) / "owner"
        base.write_text(BASE)
        owner.write_bytes(content)
        found = salvage(base, owner).panel
        assert found.kind in {"gpio", "none"}
        assert len({found.save_pin, found.upload_pin, found.lamp_pin}) == 3
