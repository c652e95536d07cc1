"""Files as all kinds of computers leave them on the card's first partition, and a partition that does not serve."""

import pytest

from appliance.settings.hiding import STARS
from tests.stands.boot_card import FILE, SETTINGS, BootCard


def test_a_file_whose_ending_windows_hides_is_taken_where_it_is(card: BootCard) -> None:
    card.leave(FILE, "moment.toml.txt")
    card.leave("[garage]\r\ntype = webdav\r\n", "rclone.conf.txt")

    report = card.boot()

    assert [sentence.partition(":")[0] for sentence in report.taken] == [
        "moment.toml.txt",
        "moment.toml.txt",
        "rclone.conf.txt",
    ]
    assert STARS in card.firmware("moment.toml.txt")
    assert not (card.places.firmware / "moment.toml").exists()
    assert not (card.places.firmware / "rclone.conf.txt").exists()


def test_two_files_of_one_name_are_told(card: BootCard) -> None:
    card.leave(FILE)
    card.leave(FILE, "moment.toml.txt")
    told = "There are both moment.toml and moment.toml.txt: moment.toml was looked at; delete the other one."

    assert card.boot().troubles == [told]
    assert card.boot().troubles == [told]
    assert card.settings == SETTINGS


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
def test_notepads_encodings_stay(card: BootCard, codec: str) -> None:
    text = ("\ufeff" + FILE).replace("\n", "\r\n")
    card.leave(text.encode(codec))

    assert card.boot().troubles == []

    left = (card.places.firmware / "moment.toml").read_bytes().decode(codec)
    assert left == text.replace("secret12", STARS).replace("hunter2", STARS)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"#" * ((1 << 20) + 1), "moment.toml is larger than 1 MiB; that is not a settings file."),
        (b"\x7fELF\x02\x01\xff", "moment.toml, line 1: this is not UTF-8 text; save the file as UTF-8."),
        (b"\x00" * 512, "moment.toml, line 1: this is not valid TOML at column 1: Invalid statement"),
        ("Größe = 1".encode("latin-1"), "moment.toml, line 1: this is not UTF-8 text; save the file as UTF-8."),
    ],
)
def test_what_is_no_settings_file(card: BootCard, content: bytes, said: str) -> None:
    card.leave(content)

    assert card.boot().troubles == [said]
    assert (card.places.firmware / "moment.toml").read_bytes() == content


@pytest.mark.parametrize("name", ["moment.toml", "rclone.conf"])
def test_what_cannot_be_read_at_all(card: BootCard, name: str) -> None:
    (card.places.firmware / name).mkdir()

    assert card.boot().troubles == [f"{name} cannot be read: Is a directory; copy it to the card once more."]


def test_a_partition_that_is_not_there(card: BootCard) -> None:
    card.machine.has_firmware = False

    report = card.boot()

    assert report.troubles == [
        (
            "The card's first partition cannot be read, so nothing was taken from it: write the image to the card "
            "anew; memories and settings stay."
        )
    ]
    assert card.settings_file.exists()


def test_a_partition_that_cannot_be_written_is_taken_from_once(card: BootCard) -> None:
    card.leave(FILE)
    card.machine.refuses_writing = True
    told = "The card's first partition cannot be written (Read-only file system): passwords in files there stay there."

    report = card.boot()

    assert (len(report.taken), report.troubles[:-1]) == (2, [told])
    assert "moment-wifi.txt" in report.troubles[-1]
    card.settings_file.write_text('[camera]\nkind = "v4l2"\n')
    assert card.boot().troubles[:-1] == [told]
    assert card.settings == {"camera": {"kind": "v4l2"}}, "what a phone set later is not undone"

    card.machine.refuses_writing = False
    assert card.boot().troubles == []
    assert "secret12" not in card.firmware()
    assert card.settings == {"camera": {"kind": "v4l2"}}


def test_nothing_is_tidied_away_that_could_not_be_kept(card: BootCard) -> None:
    card.leave(FILE)
    card.places.settings.mkdir(parents=True)
    card.places.connections.parent.mkdir(parents=True)
    card.places.connections.write_text("a file in the way")

    report = card.boot()

    assert report.troubles
    assert card.firmware() == FILE
