"""The machine's own figures, below a root of the test's own."""

from pathlib import Path

import pytest

from appliance.vitals import Power, Vitals

THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(f"{text}\n")


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    vitals = Vitals(tmp_path)

    assert (vitals.temperature_c, vitals.power, vitals.zone) == (None, Power(), None)
    assert vitals.host_name


def test_the_processor_s_heat_is_told_whatever_else_has_a_sensor(tmp_path: Path) -> None:
    for number, (kind, temp) in enumerate([("acpitz", "27800"), ("cpu-thermal", "61234")]):
        put(tmp_path, f"sys/class/thermal/thermal_zone{number}/type", kind)
        put(tmp_path, f"sys/class/thermal/thermal_zone{number}/temp", temp)

    assert Vitals(tmp_path).temperature_c == 61.2


def test_any_sensor_is_better_than_none_and_nonsense_is_none(tmp_path: Path) -> None:
    put(tmp_path, "sys/class/thermal/thermal_zone0/type", "acpitz")
    put(tmp_path, "sys/class/thermal/thermal_zone0/temp", "27800")
    assert Vitals(tmp_path).temperature_c == 27.8

    put(tmp_path, "sys/class/thermal/thermal_zone0/temp", "hot")
    assert Vitals(tmp_path).temperature_c is None


@pytest.mark.parametrize(
    ("word", "power"),
    [
        ("0", Power(is_under_voltage=False, was_under_voltage=False, is_slowed=False)),
        ("50005", Power(is_under_voltage=True, was_under_voltage=True, is_slowed=True)),
        ("50000", Power(is_under_voltage=False, was_under_voltage=True, is_slowed=False)),
        ("80008", Power(is_under_voltage=False, was_under_voltage=False, is_slowed=True)),
        ("?", Power()),
    ],
)
def test_the_firmware_s_word(tmp_path: Path, word: str, power: Power) -> None:
    put(tmp_path, THROTTLED, word)

    assert Vitals(tmp_path).power == power


@pytest.mark.parametrize(("alarm", "is_low"), [("1", True), ("0", False)])
def test_the_mainline_kernel_s_sensor(tmp_path: Path, alarm: str, is_low: bool) -> None:
    put(tmp_path, "sys/class/hwmon/hwmon0/name", "cpu_thermal")
    put(tmp_path, "sys/class/hwmon/hwmon1/name", "rpi_volt")
    put(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", alarm)

    assert Vitals(tmp_path).power == Power(is_under_voltage=is_low)


def test_the_zone_is_where_the_link_leads(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/localtime").symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert Vitals(tmp_path).zone == "Europe/Berlin"

    (tmp_path / "etc/localtime").unlink()
    (tmp_path / "etc/localtime").symlink_to("../somewhere")
    assert Vitals(tmp_path).zone is None
