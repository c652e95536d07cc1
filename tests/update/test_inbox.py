"""Ways in: the inbox, which anybody may have filled with anything, and the card's start partition."""

import os
from pathlib import Path

import pytest

from appliance.update.inbox import deliver, take, take_from_boot_partition
from appliance.update.outcome import Outcome, read_outcome
from appliance.update.refusal import RefusedBundleError
from appliance.update.updater import Updater
from appliance.update.watch import Patience, Seen
from tests.stands.applications import bundled
from tests.update.conftest import Box, Maker


class AbsentRecorder:
    """Must not be started for anything that was refused."""

    def restart(self) -> bool:
        pytest.fail("started")

    def look(self) -> Seen | None:
        return None


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, maker: Maker) -> Path:
    return bundled(tmp_path_factory.mktemp("bundle"), maker.secret, "1.1")


def worked_through(box: Box) -> Outcome | None:
    Updater(box.places, box.versions, AbsentRecorder(), Patience(0, 0), lambda _: None).run()
    assert [*box.places.inbox.iterdir(), *box.places.opened.iterdir()] == []
    return read_outcome(box.places.outcome)


def test_a_bundle_is_handed_in_whole_under_a_name_of_its_own(box: Box, bundle: Path) -> None:
    first = deliver(bundle, box.places.inbox)
    second = deliver(bundle, box.places.inbox, is_older_allowed=True)

    assert first != second
    assert second.endswith(".allow-older.update")
    assert {path.name for path in box.places.inbox.iterdir()} == {first, second}
    assert (box.places.inbox / first).read_bytes() == bundle.read_bytes()


def test_what_is_no_bundle_is_not_handed_in(tmp_path: Path, box: Box, bundle: Path) -> None:
    (tmp_path / "x.update").write_bytes(b"x" * 5000)
    (tmp_path / "link.update").symlink_to(bundle)
    os.mkfifo(tmp_path / "pipe.update")
    for name, words in {
        "absent": "There is no",
        "x.update": "is no update",
        "link.update": "cannot be read",
        "pipe.update": "is not a file",
    }.items():
        with pytest.raises(RefusedBundleError, match=words):
            deliver(tmp_path / name, box.places.inbox)
    assert list(box.places.inbox.iterdir()) == []


@pytest.mark.parametrize("kind", ["link", "hanging link", "pipe", "folder", "garbage", "empty"])
def test_whatever_lies_in_the_inbox_is_refused_and_gone(tmp_path: Path, box: Box, bundle: Path, kind: str) -> None:
    planted = box.places.inbox / "planted.update"
    secret = tmp_path / "secret"
    secret.write_bytes(bundle.read_bytes())
    match kind:
        case "link":
            planted.symlink_to(secret)
        case "hanging link":
            planted.symlink_to(tmp_path / "nowhere")
        case "pipe":
            os.mkfifo(planted)
        case "folder":
            (planted / "inner").mkdir(parents=True)
            (planted / "inner" / "out").symlink_to(tmp_path)
        case "garbage":
            planted.write_bytes(os.urandom(3000))
        case "empty":
            planted.touch()

    outcome = worked_through(box)

    assert outcome is not None
    assert (outcome.result, outcome.request) == ("refused", "planted.update")
    assert secret.read_bytes() == bundle.read_bytes()


@pytest.mark.parametrize("name", [b"\xff\xfe.update", b"a\nb.update", b"-.. .update", b"x" * 240 + b".update"])
def test_any_name_is_told(box: Box, name: bytes) -> None:
    Path(os.fsdecode(bytes(box.places.inbox) + b"/" + name)).touch()

    outcome = worked_through(box)

    assert outcome is not None
    assert outcome.request.isascii()


def test_what_is_being_copied_is_left_alone(box: Box) -> None:
    half = box.places.inbox / ".half.update.new"
    half.touch()

    assert list(take(box.places)) == []
    assert half.exists()


def test_what_is_written_after_it_was_taken_changes_nothing(box: Box, bundle: Path, maker: Maker) -> None:
    deliver(bundle, box.places.inbox)
    (waiting,) = box.places.inbox.iterdir()
    with waiting.open("r+b") as held_open:
        for taken in take(box.places):
            trial = box.prepare(taken)
            held_open.seek(0)
            held_open.write(b"x" * 10_000)
            held_open.flush()
    assert trial.version == "1.1"
    assert box.versions.is_usable("1.1")


def test_an_older_one_is_taken_when_it_is_asked_for(tmp_path: Path, box: Box, maker: Maker) -> None:
    older = bundled(tmp_path / "older", maker.secret, "0.9")
    box.places.safe.touch()
    deliver(older, box.places.inbox)
    refused = worked_through(box)
    deliver(older, box.places.inbox, is_older_allowed=True)
    waiting = worked_through(box)

    assert refused is not None
    assert refused.result == "refused"
    assert "--allow-older" in refused.sentence
    assert waiting is not None
    assert waiting.result == "waiting", "in a safe boot the recorder is not started"
    assert box.versions.current is None


def test_bundles_on_the_start_partition_move_to_the_inbox(tmp_path: Path, box: Box, bundle: Path) -> None:
    boot = tmp_path / "boot"
    boot.mkdir()
    (boot / "new one.update").write_bytes(bundle.read_bytes())
    (boot / "._new one.update").write_bytes(b"what a Mac leaves")
    (boot / "other.update").write_bytes(b"no bundle")

    taken, troubles = take_from_boot_partition(boot, box.places)

    assert taken == ["The update new one.update was taken over from the card's start partition."]
    assert len(troubles) == 1
    assert troubles[0].startswith("other.update is no update")
    assert {path.name for path in boot.iterdir()} == {"._new one.update", "other.update"}
    (waiting,) = box.places.inbox.iterdir()
    assert waiting.name.startswith("new-one.")
    assert waiting.read_bytes() == bundle.read_bytes()


def test_without_an_inbox_a_bundle_stays_on_the_start_partition(tmp_path: Path, box: Box, bundle: Path) -> None:
    box.places.inbox.rmdir()
    boot = tmp_path / "boot"
    boot.mkdir()
    (boot / "new.update").write_bytes(bundle.read_bytes())

    taken, (trouble,) = take_from_boot_partition(boot, box.places)

    assert taken == []
    assert "cannot be handed in" in trouble
    assert (boot / "new.update").exists()
