"""Beginning anew: what was asked for is gone after the boot, and nothing else, however often it is cut off."""

from pathlib import Path

import msgspec
import pytest

from appliance.boot.making_up import NAME, TOLD, told
from appliance.boot.outcome import Outcome
from appliance.boot.places import Places
from appliance.boot.resetting import reset
from appliance.boot.wishes import Part, ResetWish
from appliance.control.messages import ResetPart
from appliance.network.hotspot import read_hotspot
from tests.stands.boot_card import BootCard

FILES = {
    "data/settings/moment.toml": "settings",
    "data/portal/keys.json": "settings",
    "data/portal/progress.json": "settings",
    "data/portal/key": "settings",
    "data/settings/rclone.conf": "storages",
    "data/system/network-connections/home.nmconnection": "networks",
    "data/system/NetworkManager/seen-bssids": "networks",
    "data/system/bluetooth/B8:27:EB:00:00:01/D8:96:85:00:04:56/info": "networks",
    "data/system/hotspot.json": "networks",
    "data/network/attempt.json": "networks",
    "data/network/proven.json": "networks",
    "data/network/country": "networks",
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


def wish(root: Path, parts: list[Part], *, memories: bool = False) -> None:
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
def test_what_was_asked_for_goes_and_nothing_else(root: Path, parts: list[Part], memories: bool) -> None:
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


@pytest.mark.parametrize(
    "wrong",
    [
        b"\xff{}",
        b'{"parts": ["settings", "everything"], "memories": true}',
        b'{"parts": ["../log"], "memories": false}',
        b'{"parts": ["settings"], "memories": true, "logs": true}',
    ],
)
def test_a_wish_that_cannot_be_understood_resets_nothing(root: Path, wrong: bytes) -> None:
    (root / "data/settings/reset.json").write_bytes(wrong)

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


def test_the_pages_may_ask_for_what_the_boot_can_do() -> None:
    assert ResetPart == Part


def test_the_set_up_network_is_another_one_and_the_card_tells_it(card: BootCard) -> None:
    card.boot()
    before = read_hotspot(card.places.system / NAME)
    card.places.settings.mkdir(parents=True, exist_ok=True)
    wish(card.root, ["networks"])

    assert card.boot().troubles == []

    after = read_hotspot(card.places.system / NAME)
    assert after.passphrase != before.passphrase
    assert after.name != before.name
    assert card.firmware(TOLD) == told(after)
