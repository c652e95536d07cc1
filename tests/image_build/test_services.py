"""Whether what the box starts and mounts is there."""

from pathlib import Path

from image_build.services import enabling_troubles, mount_troubles, programs_of, unit_troubles

UNIT = "[Service]\nExecStartPre=-/usr/bin/first\nExecStart=/usr/bin/moment run --base /x\nExecStop=+/usr/bin/last\n"


def test_the_programs_of_a_unit() -> None:
    assert programs_of(UNIT) == ["/usr/bin/first", "/usr/bin/moment", "/usr/bin/last"]


def test_a_unit_whose_program_is_not_there(tmp_path: Path) -> None:
    units = tmp_path / "usr/lib/systemd/system"
    units.mkdir(parents=True)
    (tmp_path / "usr/bin").mkdir()
    (tmp_path / "usr/bin/moment").touch()
    (tmp_path / "usr/bin/first").touch()
    (units / "moment-recorder.service").write_text(UNIT, "utf-8")
    (units / "moment-recorder.service.d").mkdir()
    later = "[Unit]\nConditionPathExists=/usr/lib/later\n[Service]\nExecStart=/usr/lib/later/run\n"
    (units / "moment-later.service").write_text(later, "utf-8")
    assert unit_troubles(tmp_path) == ["moment-recorder.service starts /usr/bin/last, which is not there."]


def test_a_box_without_its_recorder(tmp_path: Path) -> None:
    assert unit_troubles(tmp_path) == ["There is no moment-recorder.service: nothing would record."]


def test_a_radio_whose_daemon_would_not_start(tmp_path: Path) -> None:
    assert len(enabling_troubles(tmp_path)) == 2
    for name in ("bluetooth.target.wants/bluetooth.service", "dbus-org.bluez.service"):
        link = tmp_path / "etc/systemd/system" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to("/usr/lib/systemd/system/bluetooth.service")
    assert enabling_troubles(tmp_path) == []


def test_parts_that_are_not_mounted() -> None:
    fstab = "# UNCONFIGURED\n\nPARTUUID=4d4f4d52-01 /boot/firmware vfat ro 0 2\n"
    assert mount_troubles(fstab) == ["/etc/fstab does not mount /data."]
    assert mount_troubles(f"{fstab}PARTUUID=4d4f4d52-03 /data ext4 defaults 0 2\n") == []
