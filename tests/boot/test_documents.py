"""What the owner is given to begin with is right."""

import re

import pytest

from appliance.boot.brought import CARD_SECTIONS, Known, bring
from appliance.settings.reading import NOTHING
from tests.conftest import PROJECT_ROOT

EXAMPLE = (PROJECT_ROOT / "image-build" / "boot" / "moment.toml.example").read_text()
PAGE = (PROJECT_ROOT / "docs" / "first-boot.md").read_text()


def test_the_example_says_nothing_until_it_is_edited() -> None:
    found = bring("example", EXAMPLE.encode(), NOTHING, Known({}, {}))

    assert found.networks == []
    assert not any(found.settings.values())


def test_the_example_is_right_once_it_is_edited() -> None:
    edited = re.sub('^#kind = "v4l2"\n', "", EXAMPLE, flags=re.MULTILINE)
    edited = re.sub("^#(?=[a-z_]+ = )", "", edited, flags=re.MULTILINE)

    found = bring("example", edited.encode(), NOTHING, Known({}, {}))

    assert "#" not in "".join(line[0] for line in edited.splitlines() if " = " in line and not line.startswith("# "))
    assert found.networks[0].hidden
    assert found.board.pi_camera
    assert set(found.settings) == {"camera", "memories", "upload"}


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
def test_every_file_of_the_page_is_right(block: str) -> None:
    assert bring("page", block.encode(), NOTHING, Known({}, {})).text == block


@pytest.mark.parametrize("section", ["wifi", "board"])
def test_every_key_is_documented(section: str) -> None:
    text = PAGE.partition(f"## `[{section}]`")[2].partition("\n## ")[0]

    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(CARD_SECTIONS[section])
