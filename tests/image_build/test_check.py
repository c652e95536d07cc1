"""What the check reads of programs and of the kernel's command line."""

from pathlib import Path

import pytest
from image_build.check import root_troubles
from image_build.programs import missing_libraries

COMMAND_LINE = (Path(__file__).parents[2] / "image-build/boot/cmdline.txt").read_text("utf-8")


def test_the_command_line_of_the_card() -> None:
    assert root_troubles(COMMAND_LINE) == []


@pytest.mark.parametrize("word", ["root=PARTUUID=4d4f4d52-02", "ro", "rootfstype=squashfs"])
def test_a_root_that_is_not_found_or_can_be_written(word: str) -> None:
    words = [other for other in COMMAND_LINE.split() if other != word]
    assert root_troubles(" ".join(words)) == [f"cmdline.txt lacks {word}."]


def test_the_firmware_reads_one_line() -> None:
    assert root_troubles(f"{COMMAND_LINE}second\n") == ["cmdline.txt must be one line."]


def test_libraries_that_the_loader_did_not_find() -> None:
    listing = (
        "\tlinux-vdso.so.1 (0x0000ffff)\n\tlibLLVM.so.19.1 => not found\n"
        "\tlibc.so.6 => /lib/aarch64-linux-gnu/libc.so.6 (0x0000ffff)\n\tlibz3.so.4 => not found\n"
    )
    assert missing_libraries(listing) == ["libLLVM.so.19.1", "libz3.so.4"]
