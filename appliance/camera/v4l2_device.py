"""An open V4L2 device: the port to the kernel. Opening one starts nothing."""

import contextlib
import ctypes
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from appliance.camera.source import CameraTroubleError

_CURES = {
    errno.ENOENT: "There is no camera at {device}; is it plugged in?",
    errno.EACCES: "This user may not open {device}: sudo usermod -aG video $USER, then log in again.",
    errno.EPERM: "This user may not open {device}: sudo usermod -aG video $USER, then log in again.",
    errno.EBUSY: "{device} is in use by another program.",
    errno.ENODEV: "The camera at {device} is not connected any more.",
    errno.ENXIO: "The camera at {device} is not connected any more.",
    errno.ENOTTY: "{device} is not a camera.",
    errno.EISDIR: "{device} is not a camera.",
    errno.ENOTDIR: "{device} is not a camera.",
}


class Device(Protocol):
    """What can be asked."""

    def ask(self, request: int, told: ctypes.Structure) -> None:
        """One ioctl; the answer stands in `told`.

        Raises:
            OSError: the kernel's no.
        """


class OpenDevice:
    """A file handle as a Device."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def ask(self, request: int, told: ctypes.Structure) -> None:
        fcntl.ioctl(self._handle, request, told, True)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Device]:
    """The device at `path`, for as long as the context lasts.

    Raises:
        CameraTroubleError: if it is missing, not a V4L2 device, busy, or not ours to open; also for what is asked.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        with contextlib.closing(os.fdopen(handle, "rb", buffering=0)) as file:
            yield OpenDevice(file.fileno())
    except OSError as error:
        cure = _CURES.get(error.errno or 0, f"The camera at {{device}} cannot be opened: {error.strerror}.")
        raise CameraTroubleError(cure.format(device=path)) from error
