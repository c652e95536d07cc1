"""The first boot's work on the card, with the real tools on loop devices."""

import os
import re
import time
from pathlib import Path

import pytest

from tests.stands.loop_card import GB, ONE_GIB_SECTORS, LoopCard, run

TOKEN = f"start={ONE_GIB_SECTORS}, size=2048, type=83\n"
BACKUP_BLOCK = 32_768
CAP_SYS_RESOURCE = 24


def fills_the_card(card: LoopCard) -> bool:
    start, size = card.span()
    sectors = card.file.stat().st_size // 512
    return start == ONE_GIB_SECTORS and 0 <= sectors - start - size < 2048


def may_grow_mounted() -> bool:
    effective = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff"))
    return bool(int(effective.split()[1], 16) >> CAP_SYS_RESOURCE & 1)


def head_of_part(card: LoopCard) -> bytes:
    with card.file.open("rb") as raw:
        raw.seek(ONE_GIB_SECTORS * 512)
        return raw.read(2**20)


def keep_something(card: LoopCard) -> None:
    assert card.prepare().returncode == 0
    with card.mount() as files:
        (files / "memory.mp4").write_text("the first steps")


def kept(card: LoopCard) -> bool:
    with card.mount() as files:
        return (files / "memory.mp4").read_text() == "the first steps"


@pytest.mark.parametrize("token", ["", TOKEN], ids=["no third part", "a token of one"])
def test_a_fresh_card_gets_a_part_that_fills_it_and_a_file_system(card: LoopCard, token: str) -> None:
    card.flash(token)
    card.restart()

    done = card.prepare()

    assert (done.returncode, card.trouble) == (0, ""), done.stderr
    assert fills_the_card(card)
    assert run("blkid", "-p", "-s", "LABEL", "-o", "value", card.part) == "moment-data\n"
    assert card.is_clean()
    card.restart()
    assert fills_the_card(card), "the table on the card says so too"
    with card.mount() as files:
        volume = os.statvfs(files)
        assert volume.f_bfree - volume.f_bavail <= 4096, "the kernel keeps 16 MiB for itself, and nothing is for root"
        assert volume.f_files > 20_000, "room for a ring and three versions of the application"


def test_the_card_is_found_by_its_signature_while_the_root_on_it_is_in_use(card: LoopCard) -> None:
    run("mkfs.ext4", "-q", f"{card.device}p2")
    with card.mount(2):
        assert card.prepare(is_named=False).returncode == 0

        assert fills_the_card(card)


def test_a_boot_that_finds_all_well_writes_nothing(card: LoopCard) -> None:
    card.prepare()
    before = card.written_sectors()

    done = card.prepare("strace", "-f", "-qq", "-e", "trace=execve", "-e", "signal=none")

    assert done.returncode == 0
    assert done.stdout == ""
    assert card.written_sectors() == before
    programs = re.findall(r'execve\("([^"]+)".* = 0$', done.stderr, re.MULTILINE)
    assert len(programs) <= 4, programs


@pytest.mark.parametrize("token", ["", TOKEN], ids=["no third part", "a token of one"])
def test_memories_are_still_there_after_the_card_was_flashed_again(card: LoopCard, token: str) -> None:
    keep_something(card)
    card.flash(token)
    card.restart()

    done = card.prepare()

    assert done.returncode == 0
    assert fills_the_card(card)
    assert not card.grow.exists()
    assert kept(card)


@pytest.mark.parametrize("damaged_bytes", [4096, 1_000_000, (BACKUP_BLOCK + 1) * 4096], ids=str)
def test_a_damaged_head_is_repaired_and_never_erased(card: LoopCard, damaged_bytes: int) -> None:
    """The third damage reaches over the first copy of the superblock: what lay in the first 128 MB is gone."""
    keep_something(card)
    identity = run("blkid", "-p", "-s", "UUID", "-o", "value", card.part)
    card.overwrite(bytes(damaged_bytes))

    done = card.prepare()

    assert (done.returncode, card.trouble) == (0, ""), done.stderr
    assert run("blkid", "-p", "-s", "UUID", "-o", "value", card.part) == identity
    assert card.is_clean()
    if damaged_bytes == 4096:
        assert kept(card)


def test_what_cannot_be_repaired_is_told_and_left_alone(card: LoopCard) -> None:
    keep_something(card)
    card.overwrite(bytes(4096))
    card.take_out()
    card.insert(is_locked=True)
    before = head_of_part(card)

    done = card.prepare()

    assert done.returncode == 1
    assert "could not be repaired; nothing was erased" in card.trouble
    assert card.trouble.count("\n") == 1
    assert head_of_part(card) == before


@pytest.mark.parametrize("left", ["noise", "another system"])
def test_what_others_left_gives_way(card: LoopCard, left: str) -> None:
    card.flash(TOKEN)
    card.restart()
    if left == "noise":
        card.overwrite(os.urandom(2**20))
    else:
        run("mkfs.ext4", "-q", "-F", "-b", "4096", "-L", "rootfs", f"{card.part}")

    assert card.prepare().returncode == 0

    assert run("blkid", "-p", "-s", "LABEL", "-o", "value", card.part) == "moment-data\n"
    assert card.is_clean()


@pytest.mark.parametrize(
    ("program", "call", "number"),
    [
        ("sfdisk", "write", 1),
        ("partx", "ioctl", 1),
        ("dd", "read", 3),
        ("mkfs.ext4", "pwrite64", 1),
        ("mkfs.ext4", "pwrite64", 5),
        ("mkfs.ext4", "pwrite64", 20),
        ("mkfs.ext4", "fsync", 1),
        ("mkfs.ext4", "fsync", 2),
    ],
)
def test_a_cut_off_first_boot_is_done_again(card: LoopCard, program: str, call: str, number: int) -> None:
    """The program dies within the call, the script at the next step; the next boot finds what they left."""
    card.flash(TOKEN)
    card.restart()
    injected = ("-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}")

    cut = card.prepare("strace", "-f", "-qq", "-o", "/dev/null", "-P", card.part, "-P", card.device, *injected)
    card.restart()
    done = card.prepare()

    assert cut.returncode != 0, f"{program} was not cut off"
    assert (done.returncode, card.trouble) == (0, ""), (done.stdout, done.stderr)
    assert fills_the_card(card)
    assert card.is_clean()


def test_a_repair_that_is_cut_off_is_done_again(card: LoopCard) -> None:
    keep_something(card)
    card.overwrite(bytes(4096))

    cut = card.prepare("strace", "-f", "-qq", "-o", "/dev/null", "-P", card.part, "-e", "trace=pwrite64", "-e",
                       "inject=pwrite64:signal=SIGKILL:when=2")  # fmt: skip
    card.restart()

    assert cut.returncode != 0
    assert card.prepare().returncode == 0
    assert card.is_clean()
    assert kept(card)


def copy_to_a_larger_card(card: LoopCard) -> None:
    keep_something(card)
    card.take_out()
    card.resize(8 * GB)
    card.insert()
    assert card.prepare().returncode == 0
    assert fills_the_card(card)
    card.restart()  # cut off before the file system grew
    assert card.prepare().returncode == 0
    assert card.grow.read_text() == f"{card.part}\n"


def test_a_copy_of_the_card_on_a_larger_one_grows(card: LoopCard) -> None:
    if not may_grow_mounted():
        pytest.skip("the kernel grows a mounted file system only for a root with CAP_SYS_RESOURCE")
    copy_to_a_larger_card(card)

    with card.mount() as files:
        done = card.prepare_state()
        volume = os.statvfs(files)

    assert (done.returncode, card.trouble) == (0, ""), done.stderr
    assert volume.f_blocks * volume.f_frsize > 6.8 * GB
    assert kept(card)
    assert card.is_clean()
    card.prepare()
    assert not card.grow.exists()


def test_a_file_system_that_cannot_be_grown_works_and_is_told(card: LoopCard) -> None:
    copy_to_a_larger_card(card)
    card.grow.write_text("/dev/null\n")

    with card.mount():
        assert card.prepare_state().returncode == 0

    assert "a part of the card is not used" in card.trouble
    assert kept(card)


def test_a_larger_card_is_filled_by_a_file_system_grown_at_rest(card: LoopCard) -> None:
    """The same file system takes the size of its part: nothing of how it was made stands in the way."""
    copy_to_a_larger_card(card)
    run("e2fsck", "-f", "-p", card.part)
    run("resize2fs", card.part)

    assert card.prepare().returncode == 0
    assert not card.grow.exists()
    assert card.is_clean()
    assert kept(card)


def test_a_copy_of_the_card_on_a_smaller_one_is_told(card: LoopCard) -> None:
    keep_something(card)
    card.take_out()
    card.resize(int(3.8 * GB))
    card.insert()

    assert card.prepare().returncode == 1
    assert "smaller than the one that its content was copied from" in card.trouble
    card.take_out()
    card.resize(4 * GB)
    card.insert()
    assert card.prepare().returncode == 0
    assert kept(card)


def test_folders_of_the_system_are_made_on_the_data_partition(card: LoopCard) -> None:
    card.prepare()
    with card.mount() as files:
        assert [card.prepare_state().returncode for _ in range(2)] == [0, 0]

        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (files / "system").iterdir()}
    private = dict.fromkeys(("NetworkManager", "network-connections", "bluetooth"), "0o700")
    assert modes == {"timesync": "0o755", **private}


def test_the_recorder_finds_its_folders_before_the_system_has_started(card: LoopCard, tmp_path: Path) -> None:
    told = tmp_path / "folders.conf"
    told.write_text("# of the recorder\nd /data/ring 0750 daemon root\nd /data/app 0755 root root\n")
    card.prepare()
    with card.mount() as files:
        (files / "app").mkdir(mode=0o700)
        assert card.prepare_state(folders=told).returncode == 0

        found = {name: (files / name).stat() for name in ("ring", "app")}
        assert {name: oct(one.st_mode & 0o777) for name, one in found.items()} == {"ring": "0o750", "app": "0o700"}
        assert (files / "ring").owner() == "daemon"


def test_pairings_outlive_a_start_and_the_names_of_passers_by_do_not(card: LoopCard) -> None:
    camera, stranger = "D8:96:85:00:04:56/info", "cache/00:00:5E:00:53:01"
    card.prepare()
    with card.mount() as files:
        adapter = files / "system" / "bluetooth" / "B8:27:EB:00:00:01"
        for name in (camera, stranger):
            (adapter / name).parent.mkdir(parents=True, exist_ok=True)
            (adapter / name).write_text("[General]\n")
        assert card.prepare_state().returncode == 0

        assert [(adapter / name).exists() for name in (camera, stranger)] == [True, False]


@pytest.mark.parametrize(
    ("size_bytes", "code", "sentence"),
    [
        (int(1.5 * GB), 1, "The card holds only 1500 MB: take one of 4 GB at least, better of 32 GB or more.\n"),
        (2 * GB, 0, "The card holds only 2000 MB, which keeps a few minutes: take one of 32 GB or more.\n"),
        (2000 * GB, 0, ""),
    ],
    ids=["too small", "small", "the largest"],
)
def test_cards_of_all_sizes(card: LoopCard, size_bytes: int, code: int, sentence: str) -> None:
    card.take_out()
    card.resize(size_bytes)
    card.insert()

    done = card.prepare()

    assert (done.returncode, card.trouble) == (code, sentence), done.stderr
    if code == 0:
        assert fills_the_card(card)


def test_a_third_part_of_somebody_else_is_left_alone(card: LoopCard) -> None:
    card.flash("start=32768, size=8192, type=83\n")
    card.restart()

    assert card.prepare().returncode == 1
    assert "not where the recorder made it" in card.trouble
    assert card.span() == (32768, 8192)


def test_a_card_without_our_signature_is_told(card: LoopCard) -> None:
    card.signature += 0x10000

    assert card.prepare(is_named=False).returncode == 1
    assert "not known by its signature" in card.trouble


def test_the_clock_goes_on_from_the_last_known_time_and_never_back(card: LoopCard) -> None:
    card.prepare()
    with card.mount() as files:
        assert card.prepare_state().stdout == ""
        clock = files / "system" / "timesync" / "clock"
        clock.touch()
        for known_s, said in [(time.time() - 60, ""), (4e9, "-s @4000000000\n")]:
            os.utime(clock, (known_s, known_s))
            assert card.prepare_state().stdout == said


def test_a_clock_that_cannot_be_set_keeps_no_boot_from_going_on(card: LoopCard) -> None:
    card.prepare()
    with card.mount() as files:
        assert card.prepare_state().returncode == 0
        clock = files / "system" / "timesync" / "clock"
        clock.touch()
        os.utime(clock, (time.time() + 9_000, time.time() + 9_000))
        done = card.prepare_state(set_clock="false")

        assert done.returncode == 0
        assert "The clock cannot be set" in done.stderr
