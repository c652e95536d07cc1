"""What the boards' firmware needs of the boot partition."""

from pathlib import Path

import pytest
from image_build.boards import START_FILES, start_troubles

CONFIG = (Path(__file__).parents[2] / "image-build/boot/config.txt").read_text("utf-8")
NEEDED = sorted(set.union(*map(set, START_FILES.values())))
NAMED = ["vmlinuz", "initrd.img"]


def test_a_whole_partition_starts_every_board() -> None:
    assert start_troubles([*NEEDED, *NAMED], CONFIG) == []


@pytest.mark.parametrize("lost", NEEDED)
def test_each_start_file_is_missed_for_the_boards_that_need_it(lost: str) -> None:
    troubles = start_troubles([name for name in (*NEEDED, *NAMED) if name != lost], CONFIG)
    assert [trouble.split(" would ")[0] for trouble in troubles] == [
        f"A Raspberry Pi {board}" for board, needed in START_FILES.items() if lost in needed
    ]
    assert all(lost in trouble for trouble in troubles)


@pytest.mark.parametrize("lost", NAMED)
def test_what_the_configuration_names_must_be_there(lost: str) -> None:
    names = {*NEEDED, *NAMED} - {lost}
    assert start_troubles(names, CONFIG) == [f"config.txt names {lost}, which is not there."]


def test_a_comment_names_nothing() -> None:
    config = CONFIG.replace("kernel=vmlinuz", "# kernel=vmlinuz")
    assert start_troubles([*NEEDED, *NAMED], config) == ["config.txt must name a kernel and an initramfs."]
