"""Settings that are changed while the appliance runs: it starts anew in its own place, and goes on recording."""

import signal

from appliance.control.messages import ChangeSettings, Settings, SettingsChanged
from tests.system.conftest import SHORT, Box, BoxFactory, wait_until


def value(box: Box, key: str) -> object:
    with box.client() as client:
        told = client.ask(Settings())
    return next(setting.value for section in told.sections for setting in section.settings if setting.key == key)


def test_a_change_holds_after_a_start_in_place(box: BoxFactory) -> None:
    recorder = box(**SHORT).start()
    recorder.wait_for_segments(1)
    pid, earlier_s = recorder.process.pid, recorder.status().uptime_s

    with recorder.client() as client:
        live = client.ask(ChangeSettings({"upload.behaviour": "manual"}))
        changed = client.ask(ChangeSettings({"memories.minutes_per_step": 0.05}))

    assert isinstance(live, SettingsChanged)
    assert isinstance(changed, SettingsChanged)
    assert (live.restarts, changed.restarts) == (False, True)
    wait_until("the next life", lambda: recorder.log.count("ring in") == 2 and recorder.state() == "recording")
    assert recorder.process.pid == pid
    assert recorder.process.poll() is None
    assert recorder.status().uptime_s < earlier_s + 30
    assert recorder.save().asked_s == 3.0
    assert value(recorder, "upload.behaviour") == "manual"
    assert recorder.end() == 0


def test_who_is_asked_to_stop_does_not_start_anew(box: BoxFactory) -> None:
    recorder = box(**SHORT).start()
    with recorder.client() as client:
        client.ask(ChangeSettings({"memories.minutes_per_step": 0.05}))
    wait_until("the end has begun", lambda: "starts anew" in recorder.log)

    assert recorder.end(signal.SIGTERM) in {0, -signal.SIGTERM}
