"""Answers for human eyes."""

import io
from typing import Any

import msgspec
import pytest
from rich.console import Console, RenderableType

from appliance.command.render import (
    Screen,
    departed_table,
    event_sentence,
    memories_table,
    save_sentences,
    status_line,
    status_table,
)
from appliance.control.messages import (
    Asked,
    BoxStatus,
    CardLife,
    CardStatus,
    Counted,
    DepartedMemory,
    Gap,
    MemoriesStatus,
    Memory,
    MemoryChanged,
    MemoryUpload,
    RecordingChanged,
    RecordingStatus,
    RingStatus,
    SaveAnswer,
    StatusAnswer,
    UploadChanged,
    UploadProgress,
    UploadStatus,
)

STATUS = StatusAnswer(
    version="1.2",
    uptime_s=90.0,
    recording=RecordingStatus("stalled", "RTSP camera", None, 2.5, 1, "no fresh segment", "key frames are 9 s apart"),
    ring=RingStatus(1, 1_000_000, 8_000_000_000, 5.0, ["holiday.jpg is not footage"]),
    memories=MemoriesStatus(1, 2, "the disk is full"),
    upload=UploadStatus(None, "off", None, waiting=0, parked=0, proven=0, spent_bytes=0),
    lamp="no camera",
    panel_trouble="No GPIO pins can be reached.",
)
MEMORY = Memory(
    name="2026-10-01T12-00-00-MEMORY.mp4",
    path="/m/2026-10-01T12-00-00-MEMORY.mp4",
    pressed_at="2026-10-01T12:00:00+02:00",
    asked_s=180,
    got_s=120,
    gaps=[Gap(30, 60, "the camera was away"), Gap(90, None, "a restart")],
    size_bytes=180_000_000,
    sha256="0" * 64,
    id="m1",
    time_quality="trusted",
    upload=MemoryUpload("waiting", "There is no network.", proof=None, remote_path=None),
)
SAVED = SaveAnswer(id="m1", asked_s=180, available_s=120, secured_ms=1.25, state="secured", name="x-MEMORY.mp4")


def drawn(content: RenderableType, width: int = 200) -> str:
    output = io.StringIO()
    Console(file=output, width=width).print(content)
    return output.getvalue()


def changed(struct: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(struct, **changes)


def test_the_status_tells_everything_that_is_wrong() -> None:
    shown = drawn(status_table(STATUS))

    assert "stalled, RTSP camera (no fresh segment)" in shown
    assert "key frames are 9 s apart" in shown
    assert "none yet" in shown
    assert "5 s in 1 segment, 1.0 MB of 8.0 GB" in shown
    assert "holiday.jpg is not footage" in shown
    assert "1 memory kept, 2 being made" in shown
    assert "the disk is full" in shown
    assert "1 min 30 s, 1 restart of the camera, version 1.2" in shown


def test_the_status_tells_how_the_card_is() -> None:
    life = CardLife(1_200_000_000_000, 9_600_000_000_000, True, 86_400_000_000, 3.2, "It lasts.")
    card = CardStatus("SC32G", "03/2023", 32_000_000_000, 30_900_000_000, 22_000_000_000, life)

    shown = drawn(status_table(changed(STATUS, card=card)))

    assert "SC32G of 03/2023 32 GB; 22 GB of 31 GB free" in shown
    assert "1.2 TB of 9.6 TB (guessed from its size), 86 GB a day" in shown
    assert "It lasts." in shown


def test_the_status_of_a_card_of_which_little_is_known() -> None:
    life = CardLife(1_200_000_000, 20_000_000_000_000, False, None, None, None)
    card = CardStatus(None, None, 32_000_000_000, 30_900_000_000, 22_000_000_000, life)

    shown = drawn(status_table(changed(STATUS, card=card)))

    assert "32 GB; 22 GB of 31 GB free" in shown
    assert "1.2 GB of 20.0 TB" in shown
    assert "Its life" not in shown


def test_the_status_in_a_line() -> None:
    assert status_line(STATUS) == (
        "stalled, RTSP camera (no fresh segment) | 5 s in 1 segment, 1.0 MB of 8.0 GB | 1 memory kept, 2 being made"
    )


def test_the_status_tells_what_the_boot_found() -> None:
    shown = drawn(status_table(changed(STATUS, box=BoxStatus("normal", ["line 3: no."], ["Wi-Fi home is known."]))))

    assert [line.split() for line in shown.splitlines() if line.startswith("Box")] == [["Box", "line", "3:", "no."]]
    assert "Taken over" in shown
    assert "Wi-Fi home is known." in shown
    assert "Box" not in drawn(status_table(STATUS))


def test_in_safe_mode_nothing_is_said_of_what_nobody_looked_at() -> None:
    recording = RecordingStatus("off", "", None, 0, 0, "Safe mode: it hung.")
    memories = MemoriesStatus(0, 0, "Not looked at.")
    box = BoxStatus("safe", ["Safe mode: it hung.", "line 3: no."], [])
    off = changed(STATUS, recording=recording, memories=memories, box=box)
    shown = drawn(status_table(off))

    assert "off (Safe mode: it hung.)" in shown
    assert shown.count("Safe mode") == 1
    assert "line 3: no." in shown
    assert "Not looked at." in shown
    assert not any(word in shown for word in ("Ring", "Upload", "Last segment", "kept"))
    assert status_line(off) == "off (Safe mode: it hung.) | Not looked at."


def test_a_camera_cannot_command_the_terminal() -> None:
    recording = changed(STATUS.recording, camera="\x1b[31m[red]evil", last_segment_age_s=1.5)

    shown = drawn(status_table(changed(STATUS, recording=recording)))

    assert "\x1b" not in shown
    assert "[red]evil" in shown
    assert "1.5 s ago" in shown


def test_memories_tell_their_gaps() -> None:
    shown = drawn(memories_table([MEMORY]))

    assert "2026-10-01T12-00-00-MEMORY.mp4" in shown
    assert "2 min of 3 min" in shown
    assert "180 MB" in shown
    assert "1 min missing at 30 s (the camera was away); an unknown time missing at 1 min 30 s (a restart)" in shown


def test_memories_tell_parts_and_an_unset_clock() -> None:
    shown = drawn(memories_table([changed(MEMORY, part=2, parts=3, time_quality="provisional", gaps=[])]))

    assert "MEMORY.mp4 (2 of 3) (clock was not set)" in shown
    assert "nothing" in shown


def test_memories_tell_why_they_are_not_uploaded_yet() -> None:
    assert "waiting: There is no network." in drawn(memories_table([MEMORY]))


def test_what_has_left_tells_where_it_went_and_what_proves_it() -> None:
    gone = DepartedMemory(
        id="m1", name="x-MEMORY.mp4", pressed_at="2026-10-01T12:00:00+02:00", size_bytes=3_000_000, sha256="00",
        remote_path="garage:moments/x-MEMORY-2.mp4", proof="sha256", proven_at="2026-10-02T12:00:00+02:00",
        remark="another file had the name",
    )  # fmt: skip
    shown = drawn(departed_table([gone]))

    for told in ("x-MEMORY.mp4", "3.0 MB", "sha256", "2026-10-02T12:00:00+02:00"):
        assert told in shown
    assert "garage:moments/x-MEMORY-2.mp4 (another file had the name)" in shown


@pytest.mark.parametrize(
    ("upload", "told"),
    [
        (UploadStatus(None, "off", None, 0, 0, 0, 0), "off"),
        (
            UploadStatus("garage:", "idle", None, 0, 0, 3, 1_200_000_000),
            "idle, 3 proven, 1.2 GB sent this month, to garage:",
        ),
        (
            UploadStatus("garage:m", "waiting", "There is no network.", 2, 1, 0, 0),
            "waiting, 2 waiting, 1 parked, to garage:m (There is no network.)",
        ),
        (
            UploadStatus("g:m", "uploading", None, 0, 0, 0, 0, "x.mp4", UploadProgress(40, 100, 1e6, 12.0)),
            "uploading x.mp4 40%, 40 B of 100 B, 1.0 MB/s, 12 s left, to g:m",
        ),
    ],
)
def test_the_status_tells_how_the_upload_is(upload: UploadStatus, told: str) -> None:
    row = next(line for line in drawn(status_table(changed(STATUS, upload=upload))).splitlines() if "Upload" in line)

    assert row.removeprefix("Upload").strip() == told


def test_a_name_is_whole_in_a_small_window() -> None:
    assert MEMORY.name in drawn(memories_table([MEMORY]), width=60)


def test_a_press_is_told_as_soon_as_it_is_safe() -> None:
    assert list(save_sentences(SAVED)) == [
        "Got it (secured in 1.2 ms); it becomes x-MEMORY.mp4.",
        "There are only 2 min of the 3 min that were asked for.",
    ]


def test_a_waiting_claim_is_told() -> None:
    first, *_ = save_sentences(changed(SAVED, state="waiting"))

    assert "waits for room" in first


def test_a_whole_memory_is_told_with_its_gaps() -> None:
    whole = changed(SAVED, state="kept", path="/m/x.mp4", got_s=120.0, gaps=MEMORY.gaps, parts=["/m/x.mp4"])

    assert list(save_sentences(whole)) == [
        "Kept: /m/x.mp4",
        "It holds 2 min of 3 min.",
        "Gap: 1 min missing at 30 s (the camera was away).",
        "Gap: an unknown time missing at 1 min 30 s (a restart).",
    ]


def test_a_memory_in_parts_lists_all_its_files() -> None:
    parts = ["/m/x-1.mp4", "/m/x-2.mp4"]
    said = list(save_sentences(changed(SAVED, state="kept", path=parts[0], got_s=180.0, gaps=[], parts=parts)))

    assert said[2:4] == ["  /m/x-1.mp4", "  /m/x-2.mp4"]


def test_a_memory_that_grows_is_told() -> None:
    *_, last = save_sentences(changed(SAVED, extends="w-MEMORY.mp4"))

    assert last == "It continues w-MEMORY.mp4: both become one memory."


def test_events_are_sentences() -> None:
    assert event_sentence(RecordingChanged("stalled", "why")) == "recording: stalled (why)"
    assert event_sentence(RecordingChanged("recording")) == "recording: recording"
    assert event_sentence(MemoryChanged("m", "x.mp4", "assembling", 0.4)) == "x.mp4: assembling 40%"
    assert event_sentence(MemoryChanged("m", "x.mp4", "not-saved", sentence="full")) == "x.mp4: not-saved (full)"
    assert event_sentence(Counted(2, 6)) == "button: 6 min"
    assert event_sentence(Counted(2, 6, is_limit=True)) == "button: 6 min, all that the ring holds"
    assert event_sentence(UploadChanged("x.mp4", "parked", "full")) == "x.mp4: parked (full)"
    assert event_sentence(UploadChanged("x.mp4", "proven")) == "x.mp4: proven"
    far = UploadProgress(1_500_000, 3_000_000, 150_000, None)
    assert event_sentence(UploadChanged("x.mp4", "uploading", "why", far)) == (
        "x.mp4: uploading (50%, 1.5 MB of 3.0 MB, 150 kB/s)"
    )
    assert event_sentence(Asked("upload-now")) == "button: upload-now"


def test_nothing_is_cut_in_a_pipe(capsys: object) -> None:
    assert Screen().width == 1000
