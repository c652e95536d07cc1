"""Whether somebody is in the set-up network, by what the kernel counts."""

from pathlib import Path

from appliance.network.phones import PhoneMeter


def count(root: Path, packets: int) -> None:
    folder = root / "sys/class/net/wlan0/statistics"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rx_packets").write_text(f"{packets}\n")


def test_who_sends_is_there_and_stays_for_a_minute(tmp_path: Path) -> None:
    meter = PhoneMeter(tmp_path)
    count(tmp_path, 100)
    assert not meter.look("wlan0", 0)  # of before it was open
    assert not meter.look("wlan0", 10)

    count(tmp_path, 103)
    assert meter.look("wlan0", 20)

    assert meter.is_present(79)
    assert not meter.is_present(81)


def test_what_was_received_as_a_guest_of_others_does_not_count(tmp_path: Path) -> None:
    meter = PhoneMeter(tmp_path)
    count(tmp_path, 1)
    meter.look("wlan0", 0)
    meter.forget()
    count(tmp_path, 5000)

    assert not meter.look("wlan0", 10)
    assert not meter.is_present(10)


def test_a_radio_that_is_gone_has_nobody(tmp_path: Path) -> None:
    meter = PhoneMeter(tmp_path)
    count(tmp_path, 7)
    meter.look("wlan0", 0)

    assert not meter.look("wlan1", 10)
    assert not meter.look("wlan0", 20)
