"""The owner's `rclone.conf` on the card, with rclone itself as the reader of what is kept."""

import json
import subprocess

import pytest

from appliance.storage.rclone import find_rclone
from tests.stands.boot_card import BootCard

BROUGHT = (
    "; written by rclone\n[garage]\ntype = webdav\nurl = http://nas/\npass = obscured-secret\n\n[attic]\ntype = local\n"
)


def told_by_rclone(card: BootCard) -> dict[str, dict[str, str]]:
    path = card.places.settings / "rclone.conf"
    argv = [find_rclone(), "--config", str(path), "config", "dump"]
    document: dict[str, dict[str, str]] = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)
    return document


def test_storages_are_taken_and_the_file_goes(card: BootCard) -> None:
    card.leave(BROUGHT.replace("\n", "\r\n"), "rclone.conf")

    report = card.boot()

    assert report.troubles == []
    assert report.taken == [
        'rclone.conf: the storage "garage" was taken over.',
        'rclone.conf: the storage "attic" was taken over.',
    ]
    assert told_by_rclone(card) == {
        "garage": {"type": "webdav", "url": "http://nas/", "pass": "obscured-secret"},
        "attic": {"type": "local"},
    }
    assert not (card.places.firmware / "rclone.conf").exists()
    assert card.boot().taken == []


def test_a_storage_of_the_same_name_is_replaced_and_others_stay(card: BootCard) -> None:
    card.places.settings.mkdir(parents=True)
    (card.places.settings / "rclone.conf").write_text(
        "# mine\n[garage]\ntype = sftp\nhost = old\n\n[cellar]\ntype = local\n"
    )
    card.leave(BROUGHT, "rclone.conf")

    card.boot()

    told = told_by_rclone(card)
    assert sorted(told) == ["attic", "cellar", "garage"]
    assert told["garage"]["type"] == "webdav"
    assert "host" not in told["garage"]
    assert (card.places.settings / "rclone.conf").read_text().startswith("# mine\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "rclone.conf holds no storage: copy the file that rclone wrote."),
        (
            "[garage]\ntype = webdav\ngeheim\n",
            "rclone.conf, line 3: this is neither [NAME] nor KEY = VALUE; copy the file that rclone wrote",
        ),
        (
            "type = geheim\n[garage]\ntype = webdav\n",
            "rclone.conf, line 1: a key stands before the first [NAME]; copy the file that rclone wrote",
        ),
        (
            "[garage]\npass = geheim\n",
            "rclone.conf: [garage] has no type, so nobody knows what kind of storage it is; set it up once more",
        ),
        ("[a]\ntype = local\n[a]\ntype = sftp\n", "rclone.conf: [a] is there 2 times; leave one of them"),
        ("[]\ntype = local\n", 'rclone.conf: "" is no name for a storage'),
        (
            "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\ngeheim\n",
            (
                "rclone.conf is encrypted, and the box has nobody to ask for its password: "
                "decrypt it with `rclone config encryption remove`."
            ),
        ),
    ],
)
def test_a_wrong_file_is_not_taken(card: BootCard, content: str, said: str) -> None:
    card.leave(content, "rclone.conf")

    report = card.boot()

    assert (report.troubles, report.taken) == ([said], [])
    assert card.firmware("rclone.conf") == content
    assert not (card.places.settings / "rclone.conf").exists()
    assert said in card.firmware("moment-errors.txt")
    assert "geheim" not in card.firmware("moment-errors.txt")


def test_the_boxs_own_encrypted_file_is_not_lost(card: BootCard) -> None:
    card.places.settings.mkdir(parents=True)
    (card.places.settings / "rclone.conf").write_text("RCLONE_ENCRYPT_V0:\nabc\n")
    card.leave(BROUGHT, "rclone.conf")

    [trouble] = card.boot().troubles

    assert trouble.startswith("rclone.conf was not taken over: the box's own rclone.conf is encrypted")
    assert card.firmware("rclone.conf") == BROUGHT
