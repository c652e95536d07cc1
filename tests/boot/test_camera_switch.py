"""The ribbon camera's switch, which works from the next start on."""

from appliance.boot.camera_switch import OFF, ON
from tests.conftest import PROJECT_ROOT
from tests.stands.boot_card import BootCard

CONFIG = "arm_64bit=1\nkernel=vmlinuz\n" + OFF.decode() + "[all]\n"


def test_the_pi_camera_is_switched_and_the_box_starts_once_more(card: BootCard) -> None:
    card.leave(CONFIG, "config.txt")
    card.leave("[board]\npi_camera = true\n")

    report = card.boot()

    assert card.firmware("config.txt") == CONFIG.replace("start_x=0\ngpu_mem=16\n\n", "start_x=1\ngpu_mem=128\n")
    assert card.machine.restarts == 1
    assert report.taken == ["The Raspberry Pi's camera is switched on from the next start on."]

    assert card.boot().taken == []
    card.leave("[board]\npi_camera = false\n")
    card.boot()
    assert card.firmware("config.txt") == CONFIG
    assert card.machine.restarts == 2


def test_a_file_that_the_owner_has_edited_is_switched_too(card: BootCard) -> None:
    card.leave("gpu_mem=64\nhdmi_group=1", "config.txt")
    card.leave("[board]\npi_camera = true\n")

    card.boot()

    assert card.firmware("config.txt") == "hdmi_group=1\nstart_x=1\ngpu_mem=128\n"


def test_a_card_without_the_boards_file_is_told(card: BootCard) -> None:
    card.leave("[board]\npi_camera = true\n")

    assert card.boot().troubles == [
        "There is no config.txt on the card's first partition: write the image to the card anew."
    ]
    assert card.machine.restarts == 0


def test_the_image_brings_the_lines_that_are_switched() -> None:
    shipped = (PROJECT_ROOT / "image-build" / "boot" / "config.txt").read_bytes()

    assert OFF in shipped
    assert len(ON) == len(OFF)
    assert (shipped.index(OFF) % 512) + len(OFF) <= 512, "within one sector"


def test_a_switch_that_is_right_already_needs_no_start(card: BootCard) -> None:
    card.leave("[board]\npi_camera = false\n")

    card.boot()

    assert not (card.places.firmware / "config.txt").exists()
    assert card.machine.restarts == 0


def test_a_card_that_forgets_does_not_start_for_ever(card: BootCard) -> None:
    for _ in range(3):
        card.leave("[board]\npi_camera = true\n")
        card.leave(CONFIG, "config.txt")
        (card.places.system / "taken.json").unlink(missing_ok=True)
        report = card.boot()

    assert card.machine.restarts == 1
    assert "has not stayed on the card's first partition" in report.troubles[0]
