"""A card for every test."""

from pathlib import Path

import pytest

from tests.stands.boot_card import BootCard


@pytest.fixture
def card(tmp_path: Path) -> BootCard:
    return BootCard(tmp_path)
