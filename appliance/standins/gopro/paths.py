"""What each path of the API does to the camera, and what is answered. Pure.

`{}` and 200 mean accepted. Times are those of a HERO10 over USB (log of a real one): setting the clock 87 ms, shutter
start 344 ms, stop 658 ms in the middle.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from appliance.standins.gopro.machine import OPTIONS, Camera

Query = Mapping[str, str]
DEFAULT_PORT = 8554
SERIAL = "C3501324500789"
_ORDERS = {
    "/gopro/camera/setting": ["setting", "option"],
    "/gopro/camera/set_date_time": ["date", "time", "tzone", "dst"],
    "/gopro/webcam/start": ["res", "fov", "port", "protocol"],
}
_GROUPS = (1000, 1001, 1002)


class Reply(Struct, frozen=True):
    """`after_s`: how long a real one takes."""

    status: int = 200
    body: Mapping[str, Any] = {}
    after_s: float = 0.005


class Request(Struct, frozen=True):
    """`address`: of whoever asks: streams go there."""

    path: str
    query: Query
    address: str
    now_s: float
    default_port: int = DEFAULT_PORT


_REFUSED = Reply(500)
_MISSING = Reply(404)
_WRONG = Reply(400)

Handler = Callable[[Camera, Request], Reply]


def answer(camera: Camera, request: Request) -> Reply:
    """What the camera does and says."""
    handler = _HANDLERS.get(request.path)
    if handler is None or request.path in camera.kind.endpoints_missing:
        return _MISSING
    if camera.kind.is_strict_about_order and not _is_in_order(request):
        return _WRONG
    return handler(camera, request)


def _is_in_order(request: Request) -> bool:
    order = _ORDERS.get(request.path, [])
    asked = [order.index(key) for key in request.query if key in order]
    return asked == sorted(asked)


def _number(query: Query, key: str) -> int | None:
    text = query.get(key, "")
    return int(text) if text.isdecimal() else None


def _version(_camera: Camera, _request: Request) -> Reply:
    return Reply(body={"version": "2.0"})


def _info(camera: Camera, _request: Request) -> Reply:
    return Reply(
        body={
            "ap_mac_addr": "2674f7f65f78",
            "ap_ssid": "GP24500456",
            "firmware_version": camera.kind.firmware,
            "model_name": camera.kind.name,
            "model_number": str(camera.kind.number),
            "serial_number": SERIAL,
        }
    )


def _older_info(camera: Camera, request: Request) -> Reply:
    return Reply(body={"info": _info(camera, request).body})


def _state(camera: Camera, request: Request) -> Reply:
    return Reply(body=camera.state(request.now_s))


def _keep_alive(camera: Camera, request: Request) -> Reply:
    camera.kept_s = request.now_s
    return Reply()


def _nothing(_camera: Camera, _request: Request) -> Reply:
    return Reply()


def _wired_usb(camera: Camera, request: Request) -> Reply:
    on = _number(request.query, "p")
    if on is None:
        return _WRONG
    if bool(on) == camera.has_wired_control:
        return _REFUSED
    camera.has_wired_control = bool(on)
    return Reply(after_s=0.07)


def _transfer(camera: Camera, request: Request) -> Reply:
    on = _number(request.query, "p")
    if on is None:
        return _WRONG
    camera.statuses[113] = on
    return Reply()


def _controller(camera: Camera, request: Request) -> Reply:
    camera.owner = _number(request.query, "p") or 0
    return Reply()


def _shutter_start(camera: Camera, request: Request) -> Reply:
    if camera.encodes_since_s is not None or camera.webcam > 1 or camera.is_busy(request.now_s):
        return _REFUSED
    camera.press(request.now_s)
    return Reply(after_s=0.344)


def _shutter_stop(camera: Camera, request: Request) -> Reply:
    camera.release(request.now_s)
    return Reply(after_s=0.658)


def _setting(camera: Camera, request: Request) -> Reply:
    setting, option = _number(request.query, "setting"), _number(request.query, "option")
    if setting not in OPTIONS:
        return Reply(403, {"error": 2, "setting_id": setting or 0})
    if option not in OPTIONS[setting] or camera.encodes_since_s is not None:
        options = [{"display_name": name, "id": number} for number, name in OPTIONS[setting].items()]
        error = {"error": 4, "setting_id": setting, "option_id": option or 0, "supported_options": options}
        return Reply(403, error)
    assert option is not None
    camera.settings[setting] = option
    camera.touched_s = request.now_s
    camera.busy_until_s = request.now_s + 0.1
    return Reply(after_s=0.05)


def _group(camera: Camera, request: Request) -> Reply:
    """A change of the mode ends the preview, too."""
    group = _number(request.query, "id")
    if group not in _GROUPS:
        return _WRONG
    camera.preset_group, camera.sends_to, camera.touched_s = group, None, request.now_s
    camera.busy_until_s = request.now_s + 0.3
    return Reply(after_s=0.1)


def _presets(_camera: Camera, _request: Request) -> Reply:
    return Reply(body={"presetGroupArray": [{"id": "PRESET_GROUP_ID_VIDEO", "canAddPreset": True, "presetArray": []}]})


def _set_clock(camera: Camera, request: Request) -> Reply:
    if "date" not in request.query or "time" not in request.query:
        return _WRONG
    camera.time_told = " ".join(f"{key}={value}" for key, value in request.query.items())
    return Reply(after_s=0.087)


def _stream_start(camera: Camera, request: Request) -> Reply:
    if camera.statuses.get(113):
        return _REFUSED
    port = _number(request.query, "port") if camera.kind.names_port else None
    accepted = camera.start_preview((request.address, port or request.default_port))
    return Reply(after_s=0.1) if accepted else _REFUSED


def _stream_stop(camera: Camera, _request: Request) -> Reply:
    camera.stop_preview()
    return Reply(after_s=0.05)


def _webcam(camera: Camera, error: int = 0) -> Reply:
    return Reply(body={"status": camera.webcam, "error": error}, after_s=0.05)


def _webcam_start(camera: Camera, request: Request) -> Reply:
    if not camera.kind.has_webcam:
        return _REFUSED
    port = _number(request.query, "port") if camera.kind.names_webcam_port else None
    if not camera.start_webcam((request.address, port or request.default_port), request.now_s):
        return _REFUSED
    return _webcam(camera)


def _webcam_stop(camera: Camera, request: Request) -> Reply:
    camera.stop_webcam(request.now_s)
    return _webcam(camera)


def _webcam_exit(camera: Camera, request: Request) -> Reply:
    camera.stop_webcam(request.now_s, to=0)
    return _webcam(camera)


def _webcam_status(camera: Camera, _request: Request) -> Reply:
    return _webcam(camera)


def _sleep(camera: Camera, _request: Request) -> Reply:
    camera.sleep()
    return Reply()


def _reset(camera: Camera, request: Request) -> Reply:
    camera.sleep()
    camera.wake(request.now_s)
    return Reply()


_HANDLERS: dict[str, Handler] = {
    "/gopro/version": _version,
    "/gopro/camera/info": _info,
    "/gp/gpControl/info": _older_info,
    "/gopro/camera/state": _state,
    "/gp/gpControl/status": _state,
    "/gopro/camera/keep_alive": _keep_alive,
    "/gopro/camera/analytics/set_client_info": _nothing,
    "/gopro/camera/control/wired_usb": _wired_usb,
    "/gopro/camera/control/set_ui_controller": _controller,
    "/gopro/camera/shutter/start": _shutter_start,
    "/gopro/camera/shutter/stop": _shutter_stop,
    "/gopro/camera/setting": _setting,
    "/gopro/camera/presets/get": _presets,
    "/gopro/camera/presets/set_group": _group,
    "/gopro/camera/set_date_time": _set_clock,
    "/gopro/camera/digital_zoom": _nothing,
    "/gopro/camera/stream/start": _stream_start,
    "/gopro/camera/stream/stop": _stream_stop,
    "/gopro/webcam/start": _webcam_start,
    "/gopro/webcam/stop": _webcam_stop,
    "/gopro/webcam/exit": _webcam_exit,
    "/gopro/webcam/status": _webcam_status,
    "/gopro/media/turbo_transfer": _transfer,
    "/gp/gpControl/command/system/sleep": _sleep,
    "/gp/gpControl/command/system/reset": _reset,
}
