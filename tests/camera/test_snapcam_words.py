"""What a SnapCam's source starts, and what it tells ffmpeg: without a camera."""

import pytest

from appliance.attendance import Report
from appliance.camera.snapcam import Patience, SnapCamera

PATIENCE = Patience(bluetooth_s=11.0, join_s=29.0, answer_s=9.0, known_s=3.0)
BLUETOOTH = "D4:2C:3D:07:44:60"
SDP = "v=0\r\n"
RTP = Report("streaming", "It streams.", codec="h264", sound="aac", sdp=SDP, warning="The battery is nearly empty.")


@pytest.mark.parametrize(
    ("address", "seen_at", "module", "arguments"),
    [
        ("", None, "appliance.snapcam.waking", ["--patience=11.0", "--join=29.0"]),
        (BLUETOOTH, None, "appliance.snapcam.waking", ["--patience=11.0", "--join=29.0", BLUETOOTH]),
        ("", "192.168.2.103", "appliance.snapcam", ["--patience=3.0", "--wake=", "192.168.2.103"]),
        (BLUETOOTH, "192.168.2.103", "appliance.snapcam", ["--patience=3.0", f"--wake={BLUETOOTH}", "192.168.2.103"]),
        ("192.168.2.103", None, "appliance.snapcam", ["--patience=9.0", "192.168.2.103"]),
        ("192.168.2.103", "192.168.2.103", "appliance.snapcam", ["--patience=9.0", "192.168.2.103"]),
    ],
)
def test_what_is_started(address: str, seen_at: str | None, module: str, arguments: list[str]) -> None:
    camera = SnapCamera(address=address, patience=PATIENCE)
    camera._seen_at = seen_at
    assert camera._attendant() == (module, arguments)


@pytest.mark.parametrize(("audio", "streams"), [("auto", 2), ("none", 1)])
def test_what_ffmpeg_is_told_of_bare_pictures(audio: str, streams: int) -> None:
    footage = SnapCamera(audio=audio)._footage_of_rtp(RTP)
    assert len(footage.streams) == streams
    assert footage.warning == RTP.warning
    assert footage.options["bsf:v"] == "dump_extra"
    told = footage.streams[0].node.kwargs
    assert told["reorder_queue_size"] == 0, "they are in order, and ffmpeg would wait for what is lost"
    assert told["filename"].startswith("data:application/sdp;base64,")
