"""What the documents say is held against the code."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from appliance.panel.lamp import lamp_table
from appliance.settings.model import PanelSettings, Settings

ROOT = Path(__file__).parents[1]


def test_the_readme_shows_the_lamp_table_of_the_code() -> None:
    assert lamp_table().strip() in (ROOT / "README.md").read_text()


def test_the_picture_of_the_lamp_is_drawn_from_its_patterns() -> None:
    drawn = subprocess.run(
        [sys.executable, "scripts/lamp-picture"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert drawn.stdout == (ROOT / "docs" / "lamp.svg").read_text()


def test_the_picture_of_the_wires_names_the_pins_that_are_used() -> None:
    picture = (ROOT / "docs" / "wiring.svg").read_text()
    for pin in (PanelSettings().save_pin, PanelSettings().upload_pin, PanelSettings().lamp_pin):
        assert f"(GPIO{pin})" in picture


@pytest.mark.parametrize("section", msgspec.structs.fields(Settings), ids=lambda field: field.name)
def test_every_setting_is_documented_with_its_default(section: msgspec.structs.FieldInfo) -> None:
    text = (ROOT / "docs" / "settings.md").read_text().partition(f"## `[{section.name}]`")[2].partition("\n## ")[0]
    for key in msgspec.structs.fields(section.type):
        row = next((line for line in text.splitlines() if line.startswith(f"| `{key.name}` |")), None)
        assert row, f"{section.name}.{key.name} is not in docs/settings.md"
        told = row.split("|")[2].strip().strip("`").replace("_", "").strip('"')
        default = getattr(section.type(), key.name)
        assert told == ("not set" if default is None else json.dumps(default).replace("_", "").strip('"'))


def test_architecture_stays_short_enough_to_be_read() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) < 120


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in (part.split(")")[0] for part in page.read_text().split("](")[1:]):
            assert target.startswith("http") or (page.parent / target.split("#")[0]).exists(), f"{page.name}: {target}"
