"""GoPro's own SDK, without a change, drives whatever stands at the address of the camera with a serial number.

Run by `build/gopro-sdk/bin/python` (`scripts/gopro-sdk`), which knows nothing of this project, in a network of its own.
Starts the stand-in by the command that it is given, and prints what the SDK made of it, as JSON.
"""

import asyncio
import contextlib
import datetime as dt
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from open_gopro import WiredGoPro  # type: ignore[import-not-found]  # it is in the SDK's own environment
from open_gopro.models import constants, streaming  # type: ignore[import-not-found]
from open_gopro.models.constants import StatusId, settings  # type: ignore[import-not-found]

ON, OFF = constants.Toggle.ENABLE, constants.Toggle.DISABLE


async def drive(gopro: Any, found: dict[str, Any], got: Path) -> None:
    """All that a camera that is recorded, offloaded or watched is asked."""
    say = gopro.http_command
    found["info"] = (await say.get_camera_info()).data.model_name
    found["keep_alive"] = (await say.set_keep_alive()).ok
    found["clock"] = (
        await say.set_date_time(date_time=dt.datetime(2026, 7, 20, 14, 34, 56, tzinfo=dt.UTC), tz_offset=120)
    ).ok
    found["control"] = (await say.set_camera_control(mode=constants.CameraControl.EXTERNAL)).ok
    found["owner"] = int((await say.get_camera_state()).data[StatusId.CAMERA_CONTROL_ID])
    found["resolution"] = (await gopro.http_setting.video_resolution.set(settings.VideoResolution.NUM_4K)).ok
    found["8K"] = (await gopro.http_setting.video_resolution.set(settings.VideoResolution.NUM_8K)).ok
    found["presets"] = list((await say.get_preset_status()).data)
    found["group"] = (await say.load_preset_group(group=1000)).ok
    found["preview"] = [
        (await say.set_preview_stream(mode=mode, port=port)).ok for mode, port in ((OFF, None), (ON, 9001))
    ]
    found["preview status"] = (await say.get_camera_state()).data[StatusId.PREVIEW_STREAM]
    found["shutter"] = [(await say.set_shutter(shutter=ON)).ok]
    found["encoding"] = (await say.get_camera_state()).data[StatusId.ENCODING]
    found["shutter"].append((await say.set_shutter(shutter=OFF)).ok)
    found["wire off"] = (await say.wired_usb_control(control=OFF)).ok
    started = await say.webcam_start(resolution=streaming.WebcamResolution.RES_1080, port=9002)
    found["webcam"] = [int((await say.webcam_status()).data.status), int(started.data.error)]
    found["webcam exit"] = [(await say.webcam_stop()).ok, (await say.webcam_exit()).ok]
    files = (await say.get_media_list()).data.files
    found["files"] = [file.filename for file in files]
    await say.download_file(camera_file=files[0].filename, local_file=got)
    found["deleted"] = (await say.delete_file(path=files[0].filename)).ok
    found["left"] = len((await say.get_media_list()).data.files)


async def talk(serial: str, got: Path) -> dict[str, Any]:
    """Open it by its serial number and drive it; then open it as it is announced in the network."""
    found: dict[str, Any] = {}
    async with WiredGoPro(serial, poll_period=0.2) as gopro:
        await drive(gopro, found, got)
    async with WiredGoPro() as gopro:
        found["announced"] = gopro.identifier
    return found


def main() -> None:
    """One camera from its start to its end."""
    serial, *command = sys.argv[1:]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as camera,
        contextlib.ExitStack() as stack,
    ):
        stack.callback(camera.terminate)
        assert camera.stdout is not None
        assert camera.stdout.readline().strip()
        got = Path(folder, "got")
        found = asyncio.run(talk(serial, got))
        print(json.dumps(found | {"bytes": got.stat().st_size}))  # noqa: T201 - for whoever started us


if __name__ == "__main__":
    main()
