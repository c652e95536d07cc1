"""What a boot makes of what lies on the card."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.update import settling
from appliance.update.numbering import is_newer
from appliance.update.outcome import read_outcome
from appliance.update.trial import MOST_TRIES, Shelf, Trial, after_boot
from tests.stands.applications import bundled
from tests.update.conftest import Box, Maker

TRIAL = Trial("1.2", "1.1", "0" * 64, was_recording=True, request="x.update", since_s=0.0)
VERSIONS = ["1.0", "1.1", "1.2", "1.3"]


@pytest.fixture
def updated(tmp_path: Path, box: Box, maker: Maker) -> Box:
    """A box of version 1.0 that version 1.1 was installed on, and proven."""
    settling.settle(box.places, box.versions)
    trial = box.prepare(bundled(tmp_path / "bundle", maker.secret, "1.1"))
    box.versions.begin_trial(trial)
    box.versions.use("1.1")
    assert settling.confirm("1.1", box.places, box.versions) is not None
    return box


def flash(box: Box, version: str) -> None:
    (box.places.card / "version").write_text(f"{version}\n")


def test_a_box_that_was_never_updated_runs_what_its_card_brought(box: Box) -> None:
    assert settling.settle(box.places) == settling.Settled("1.0", [], [])
    assert settling.confirm("1.0", box.places) is None


def test_a_proven_version_stays(updated: Box) -> None:
    assert settling.settle(updated.places) == settling.Settled("1.1", [], [])
    outcome = read_outcome(updated.places.outcome)
    assert outcome is not None
    assert (outcome.result, outcome.version) == ("installed", "1.1")


@pytest.mark.parametrize("card", ["1.1", "1.2"])
def test_a_card_that_brings_as_much_or_more_wins(updated: Box, card: str) -> None:
    flash(updated, card)

    settled = settling.settle(updated.places)

    assert (settled.version, settled.troubles) == (card, [])
    assert "is not used any more" in settled.taken[0]
    assert settling.settle(updated.places) == settling.Settled(card, [], []), "it is told once"


def test_a_card_that_brings_less_does_not(updated: Box) -> None:
    flash(updated, "0.5")

    assert settling.settle(updated.places) == settling.Settled("1.1", [], [])


def test_a_card_that_is_too_old_for_an_update_runs_its_own(updated: Box) -> None:
    flash(updated, "0.0.1")

    settled = settling.settle(updated.places)

    assert settled.version == "0.0.1"
    assert "does not fit this card" in settled.troubles[0]


def test_a_version_that_is_damaged_is_not_used(updated: Box) -> None:
    (updated.places.app / "current" / "lib" / "appliance" / "supervise.py").unlink()

    settled = settling.settle(updated.places)

    assert (settled.version, updated.versions.current) == ("1.0", None)
    assert settled.troubles == [
        "Version 1.1 is damaged or does not fit this card, so 1.0 runs: install the update again."
    ]


def test_files_of_ours_that_cannot_be_read_count_as_not_there(updated: Box) -> None:
    for name in ("trial.json", "failed.json", "base"):
        (updated.places.app / name).write_bytes(b"\xff\x00{")

    assert settling.settle(updated.places).version == "1.1"


def test_nobody_confirms_while_an_update_is_being_watched(updated: Box) -> None:
    updated.versions.begin_trial(replace(TRIAL, version="1.1", previous=None))
    with settling.shelf_lock(updated.places):
        assert settling.confirm("1.1", updated.places) is None
    assert settling.confirm("1.0", updated.places) is None, "another version is no proof"
    assert settling.confirm("1.1", updated.places) == "Version 1.1 is installed and works (before: 1.0)."


def test_every_boot_on_trial_counts_and_the_last_leads_back() -> None:
    shelf = Shelf("1.0", "1.0", "1.1", frozenset({"1.1", "1.2"}), TRIAL, is_failed=False)
    for tries in range(1, MOST_TRIES + 1):
        plan = after_boot(shelf)
        assert (plan.event, plan.current, plan.trial) == ("tried", "1.2", replace(TRIAL, tries=tries))
        shelf = replace(shelf, trial=plan.trial, current="1.2")
    assert (after_boot(shelf).event, after_boot(shelf).current, after_boot(shelf).trial) == ("went-back", "1.1", None)


@given(
    shelf=st.builds(
        Shelf,
        base=st.sampled_from(VERSIONS),
        known_base=st.none() | st.sampled_from(VERSIONS),
        current=st.none() | st.sampled_from(VERSIONS),
        usable=st.frozensets(st.sampled_from(VERSIONS)),
        trial=st.none()
        | st.builds(
            Trial,
            version=st.sampled_from(VERSIONS),
            previous=st.none() | st.sampled_from(VERSIONS),
            bundle=st.just("0" * 64),
            was_recording=st.booleans(),
            request=st.just("x.update"),
            since_s=st.just(0.0),
            tries=st.integers(0, 4),
        ),
        is_failed=st.booleans(),
    )
)
def test_what_runs_is_whole_not_failed_and_not_older_than_a_new_card(shelf: Shelf) -> None:
    plan = after_boot(shelf)

    assert plan.current is None or plan.current in shelf.usable
    if shelf.known_base not in {None, shelf.base}:
        assert plan.current is None or is_newer(plan.current, shelf.base)
    if shelf.trial and plan.trial:
        assert plan.current == plan.trial.version == shelf.trial.version
        assert not shelf.is_failed
        assert plan.trial.tries == shelf.trial.tries + 1 <= MOST_TRIES
    after = replace(shelf, current=plan.current, trial=plan.trial, known_base=shelf.base)
    if plan.trial is None:
        assert after_boot(after).current == plan.current, "a second look changes nothing"
