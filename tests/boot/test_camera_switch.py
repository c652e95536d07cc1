"""The ribbon camera's switch, which works from the next start on."""

from tests.stands.boot_card import BootCard


def test_the_pi_camera_is_switched_and_the_box_starts_once_more(card: BootCard) -> None:
    card.leave("[board]\npi_camera = true\n")

    report = card.boot()

    assert "start_x=1\ngpu_mem=128\n" in card.firmware("moment-camera.txt")
    assert card.machine.restarts == 1
    assert report.taken == ["The Raspberry Pi's camera is switched on from the next start on."]

    assert card.boot().taken == []
    card.leave("[board]\npi_camera = false\n")
    card.boot()
    assert "start_x" not in card.firmware("moment-camera.txt")
    assert card.machine.restarts == 2


def test_a_switch_that_is_right_already_needs_no_start(card: BootCard) -> None:
    card.leave("[board]\npi_camera = false\n")

    card.boot()

    assert not (card.places.firmware / "moment-camera.txt").exists()
    assert card.machine.restarts == 0


def test_a_card_that_forgets_does_not_start_for_ever(card: BootCard) -> None:
    for _ in range(3):
        card.leave("[board]\npi_camera = true\n")
        (card.places.firmware / "moment-camera.txt").unlink(missing_ok=True)
        (card.places.system / "taken.json").unlink(missing_ok=True)
        report = card.boot()

    assert card.machine.restarts == 1
    assert "has not stayed on the card's first partition" in report.troubles[0]
