"""The set-up network's own password: made once, told on the card, readable for nobody else."""

import pytest

from appliance.boot.country import main
from appliance.boot.making_up import NAME, TOLD, made_up, told
from appliance.boot.owners_file import COUNTRY
from appliance.network.hotspot import HotspotFileError, HotspotSecret, read_hotspot
from tests.stands.boot_card import BootCard


def secret_of(card: BootCard) -> HotspotSecret:
    return read_hotspot(card.places.system / NAME)


def test_the_first_start_makes_it_up_and_tells_it_on_the_card(card: BootCard) -> None:
    report = card.boot()

    secret = secret_of(card)
    assert (card.places.system / NAME).stat().st_mode & 0o077 == 0
    assert secret.name in card.firmware(TOLD)
    assert f"WIFI:T:WPA;S:{secret.name};P:{secret.passphrase};;" in card.firmware(TOLD)
    assert secret.passphrase not in f"{report}{secret}"
    assert card.machine.remounts == [True, False]


def test_it_stays_the_same_and_the_card_is_not_written_again(card: BootCard) -> None:
    card.boot()
    secret = secret_of(card)
    card.boot()

    assert secret_of(card) == secret
    assert card.machine.remounts == [True, False]


def test_a_file_that_is_gone_from_the_card_is_told_again(card: BootCard) -> None:
    card.boot()
    (card.places.firmware / TOLD).unlink()
    card.boot()

    assert secret_of(card).passphrase in card.firmware(TOLD)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"name": "", "passphrase": "x"}', b"\xff", b'{"name": "x", "passphrase": "short"}']
)
def test_what_cannot_serve_is_made_up_anew(card: BootCard, content: bytes) -> None:
    card.places.system.mkdir(parents=True)
    (card.places.system / NAME).write_bytes(content)
    with pytest.raises(HotspotFileError):
        secret_of(card)

    card.boot()

    assert secret_of(card).passphrase in card.firmware(TOLD)


def test_a_card_that_cannot_be_written_says_so(card: BootCard) -> None:
    card.machine.refuses_writing = True

    assert any(TOLD in trouble for trouble in card.boot().troubles)
    assert secret_of(card).passphrase


def test_no_two_are_alike_and_none_is_weak() -> None:
    secrets = [made_up() for _ in range(200)]

    assert len({secret.passphrase for secret in secrets}) == 200
    assert all(len(secret.passphrase) == 14 for secret in secrets)
    assert not any(sign in secret.passphrase for secret in secrets for sign in "l1o0")


def test_signs_that_mean_something_in_a_code_are_told_as_signs() -> None:
    assert r"S:a\;b\\\:c;P:d\,e\"fgh;;" in told(HotspotSecret("a;b\\:c", 'd,e"fgh'))


def test_the_country_of_a_phone_goes_before_the_one_of_the_card(card: BootCard) -> None:
    card.places.network.mkdir(parents=True)
    card.places.system.mkdir(parents=True, exist_ok=True)
    (card.places.system / COUNTRY).write_text("DE\n")
    card.boot()
    (card.places.network / COUNTRY).write_text("FR\n")
    card.boot()
    (card.places.network / COUNTRY).write_text("; rm -rf /\n")
    card.boot()
    (card.places.network / COUNTRY).unlink()
    (card.places.network / COUNTRY).symlink_to("/dev/zero")
    card.boot()

    assert card.machine.countries == ["DE", "FR", "DE", "DE"]


def test_without_a_country_the_kernel_is_left_alone(card: BootCard) -> None:
    assert main(["--root", str(card.root)]) == 0
