"""Beginning anew: what was asked for is gone after the boot, and nothing else, however often it is cut off."""

from pathlib import Path

import msgspec
import pytest

from appliance.boot.outcome import Outcome
from appliance.boot.places import Places
from appliance.boot.resetting import ResetWish, reset

FILES = {
    "data/settings/moment.toml": "settings",
    "data/settings/rclone.conf": "storages",
    "data/system/network-connections/home.nmconnection": "networks",
    "data/memories/2026-MEMORY.mp4": "memories",
    "data/memories/.claims/c-1/claim.json": "memories",
    "data/ring/00000001/000001.ts": "memories",
    "data/system/boots.json": "never",
    "data/log/events.log": "never",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in FILES:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    return tmp_path


def wish(root: Path, parts: list[str], *, memories: bool = False) -> None:
    (root / "data/settings/reset.json").write_bytes(msgspec.json.encode(ResetWish(parts, memories)))


def left(root: Path) -> set[str]:
    return {what for path, what in FILES.items() if (root / path).exists()}


@pytest.mark.parametrize(
    ("parts", "memories"),
    [
        ([], True),
        (["settings"], False),
        (["networks", "storages"], False),
        (["settings", "networks", "storages"], True),
    ],
)
def test_what_was_asked_for_goes_and_nothing_else(root: Path, parts: list[str], memories: bool) -> None:
    wish(root, parts, memories=memories)
    gone = {*parts, *(["memories"] if memories else [])}

    outcome = reset(Places.below(root))

    assert left(root) == set(FILES.values()) - gone
    assert all((root / path).exists() == (what not in gone) for path, what in FILES.items())
    assert outcome.taken[0].startswith("Reset, as you asked: ")
    assert reset(Places.below(root)) == Outcome(), "once"


def test_one_that_was_cut_off_is_done_by_the_next_boot(root: Path) -> None:
    wish(root, ["settings", "storages"])
    (root / "data/settings/moment.toml").unlink()

    reset(Places.below(root))

    assert "storages" not in left(root)


def test_a_wish_that_cannot_be_read_resets_nothing(root: Path) -> None:
    (root / "data/settings/reset.json").write_bytes(b"\xff{}")

    assert "nothing was" in reset(Places.below(root)).troubles[0]
    assert left(root) == set(FILES.values())
    assert reset(Places.below(root)) == Outcome()


def test_a_link_in_the_place_of_memories_leads_nowhere(root: Path) -> None:
    elsewhere = root / "elsewhere"
    (root / "data/memories").rename(elsewhere)
    (root / "data/memories").symlink_to(elsewhere)
    wish(root, [], memories=True)

    reset(Places.below(root))

    assert (elsewhere / "2026-MEMORY.mp4").exists()
