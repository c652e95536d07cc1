"""How a V4L2 camera that encodes is told how to do it. What it does not take is left as it is."""

import ctypes
from collections.abc import Mapping

from appliance.camera.v4l2_device import Device
from appliance.camera.v4l2_structures import OUT_OF_USE, QUERYCTRL, S_EXT_CTRLS, Control, ControlQuery, Controls


def set_controls(device: Device, wanted: Mapping[int, int]) -> list[int]:
    """Set each control that exists, to the nearest that it takes; those that were set.

    A driver that refuses one is left as it is: the picture comes all the same.
    """
    return [control for control, value in wanted.items() if _set(device, control, value)]


def _set(device: Device, control: int, value: int) -> bool:
    query = ControlQuery(id=control)
    try:
        device.ask(QUERYCTRL, query)
        if query.flags & OUT_OF_USE:
            return False
        one = Control(id=control, value=_nearest(query, value))
        device.ask(S_EXT_CTRLS, Controls(count=1, controls=ctypes.pointer(one)))
    except OSError:
        return False
    return True


def _nearest(query: ControlQuery, value: int) -> int:
    least, most, step = int(query.minimum), int(query.maximum), max(1, int(query.step))
    return least + (min(max(value, least), most) - least) // step * step
