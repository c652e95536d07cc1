"""What becomes of the files that the owner leaves on the card's first partition."""

import os
import stat
from pathlib import Path

from appliance.boot.profiles import keyfile_of, profile_in
from appliance.boot.wifi import WifiNetwork
from appliance.settings.hiding import STARS
from appliance.settings.reading import read_settings
from tests.conftest import Ask
from tests.stands.boot_card import FILE, SETTINGS, BootCard


def test_a_right_file_is_taken_and_loses_its_secrets(card: BootCard) -> None:
    card.leave(FILE)

    report = card.boot()

    assert report.troubles == []
    assert report.taken == [
        "moment.toml: its settings were taken over.",
        'moment.toml: the Wi-Fi network "Home" was taken over.',
    ]
    assert card.settings == SETTINGS
    [profile] = [profile_in(path.read_bytes()) for path in card.profiles]
    assert profile is not None
    assert (profile.ssid, profile.password) == (b"Home", "secret12")
    assert card.machine.countries == ["DE"]
    assert card.firmware() == FILE.replace("secret12", STARS).replace("hunter2", STARS)
    assert read_settings(card.settings_file, card.places.base).panel.kind == "gpio"


def test_what_is_kept_is_private(card: BootCard) -> None:
    card.leave(FILE)
    card.leave("[garage]\ntype = webdav\n", "rclone.conf")

    card.boot()

    for path in (
        card.settings_file,
        card.places.settings / "rclone.conf",
        *card.profiles,
        card.places.system / "taken.json",
    ):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (card.places.settings, card.places.connections):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_partition_is_writable_only_for_the_moment_of_writing(card: BootCard) -> None:
    card.boot()  # which tells the set-up network's password there
    card.machine.remounts.clear()
    card.boot()
    assert card.machine.remounts == []

    card.leave(FILE)
    card.boot()
    assert card.machine.remounts == [True, False]

    card.boot()
    assert card.machine.remounts == [True, False]


def test_secrets_are_overwritten_on_the_partition_and_not_only_unlinked(card: BootCard) -> None:
    card.leave(FILE)
    card.leave("[garage]\ntype = webdav\npass = obscured\n", "rclone.conf")
    for name in ("moment.toml", "rclone.conf"):  # the bytes of the file, seen past its name
        os.link(card.places.firmware / name, card.root / name)

    card.boot()

    assert set((card.root / "moment.toml").read_bytes()) == {0}
    assert set((card.root / "rclone.conf").read_bytes()) == {0}


def test_a_file_that_was_taken_is_not_taken_again(card: BootCard) -> None:
    card.leave(FILE)
    card.boot()
    card.settings_file.write_text('[camera]\nkind = "v4l2"\n')
    before = card.files()

    report = card.boot()

    assert (report.taken, report.troubles) == ([], [])
    assert card.files() == before | {"run/moment-boot/report.json": card.places.report.read_bytes()}
    assert card.machine.countries == ["DE", "DE"], "the kernel forgets it"


def test_a_file_that_comes_again_with_stars_keeps_the_secrets(card: BootCard) -> None:
    card.leave(FILE)
    card.boot()
    card.leave(card.firmware().replace('"Home" ', '"Home" \nhidden = true').replace("cam/live", "cam/other"))

    assert card.boot().troubles == []

    assert card.settings == {"camera": {"kind": "rtsp", "url": "rtsp://me:hunter2@cam/other"}}
    [profile] = [profile_in(path.read_bytes()) for path in card.profiles]
    assert profile is not None
    assert (profile.password, profile.is_hidden) == ("secret12", True)


def test_what_a_phone_set_stays_where_the_file_says_nothing(card: BootCard) -> None:
    card.leave("[camera]\nkind = 'v4l2'\n[panel]\nbuzzer_pin = 5\n")
    card.boot()
    card.settings_file.write_text(card.settings_file.read_text() + '[upload]\nremote = "garage:"\n')
    card.leave("[camera]\nkind = 'test-pattern'\n")

    card.boot()

    assert card.settings == {
        "camera": {"kind": "test-pattern"},
        "panel": {},  # the owner took the key out of the file: its default is back
        "upload": {"remote": "garage:"},
    }


def test_what_was_set_before_gives_way_where_it_does_not_go_with_the_file(card: BootCard) -> None:
    card.boot()
    card.settings_file.write_text("[panel]\nlamp_pin = 5\n[camera]\nkind = 'v4l2'\n")
    card.leave("[panel]\nsave_pin = 5\n")

    report = card.boot()

    assert card.settings == {"panel": {"save_pin": 5}}
    assert "What was set before does not go with it, and is gone." in report.taken


def test_settings_that_nobody_can_read_give_way(card: BootCard) -> None:
    card.boot()
    card.settings_file.write_bytes(b"\xff\x00")
    card.leave(FILE)

    card.boot()

    assert card.settings == SETTINGS


def test_a_wrong_file_changes_nothing_but_says_so_beside_it(card: BootCard) -> None:
    card.leave(FILE)
    card.boot()
    wrong = FILE.replace("kind", "knd").replace("secret12", "short")
    card.leave(wrong)
    before = card.files()

    report = card.boot()

    assert report.troubles == [
        "moment.toml, line 4: wifi.password is too short: Wi-Fi passwords have at least 8 characters",
        'moment.toml, line 8: camera.knd is not a setting; did you mean "kind"?',
    ]
    assert report.taken == []
    errors = card.firmware("moment-errors.txt")
    assert all(f"- {sentence}\r\n" in errors for sentence in report.troubles)
    assert "\n" not in errors.replace("\r\n", "")
    assert "hunter2" not in errors
    changed = {name for name, content in card.files().items() if before.get(name) != content}
    assert changed == {"boot/firmware/moment-errors.txt", "run/moment-boot/report.json"}


def test_the_errors_go_away_once_all_is_right(card: BootCard) -> None:
    card.leave("[camera")
    card.boot()
    remounts = list(card.machine.remounts)
    card.boot()
    assert card.machine.remounts == remounts, "what is said already is not written again"

    card.leave(FILE)
    card.boot()

    assert not (card.places.firmware / "moment-errors.txt").exists()


def test_the_right_file_is_taken_though_the_other_is_wrong(card: BootCard) -> None:
    card.leave(FILE)
    card.leave("[garage]\n", "rclone.conf")

    report = card.boot()

    assert report.troubles == [
        "rclone.conf: [garage] has no type, so nobody knows what kind of storage it is; set it up once more"
    ]
    assert card.settings == SETTINGS


def test_settings_are_there_even_if_nobody_brought_any(card: BootCard) -> None:
    card.boot()

    assert read_settings(card.settings_file, card.places.base).camera.kind == "v4l2"


def test_a_phones_profile_of_the_same_network_gives_way(card: BootCard, network_manager: Ask) -> None:
    card.places.connections.mkdir(parents=True)
    for name, ssid in (("phone", b"Home"), ("other", b"Other"), ("odd", b"\xff\xfe")):
        keyfile = network_manager({"ssid": ssid.hex(), "password": "old password", "hidden": False})
        (card.places.connections / f"{name}.nmconnection").write_text(keyfile)
    card.leave(FILE)

    card.boot()

    ours = keyfile_of(WifiNetwork("Home"))[0]
    assert {path.name for path in card.profiles} == {ours, "other.nmconnection", "odd.nmconnection"}


def test_a_phones_profile_that_says_the_same_stays(card: BootCard, network_manager: Ask) -> None:
    card.places.connections.mkdir(parents=True)
    keyfile = network_manager({"ssid": b"Home".hex(), "password": "secret12", "hidden": False})
    (card.places.connections / "phone.nmconnection").write_text(keyfile)
    card.leave(FILE.replace("secret12", STARS).replace("hunter2", "hunter3"))

    assert card.boot().troubles == []

    assert [path.name for path in card.profiles] == ["phone.nmconnection"]


def test_the_owners_links_are_not_followed(card: BootCard, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    card.places.settings.mkdir(parents=True)
    (card.places.settings / ".moment.toml.new").symlink_to(victim)
    card.leave(FILE)

    card.boot()

    assert victim.read_text() == "precious"
    assert card.settings == SETTINGS
