"""Is somebody playing this file?

A write lease is only given for a file that nobody else has open (F_SETLEASE, fcntl(2)); it is let go of at once. Who
opens the file in between waits for that instant and is not refused.
"""

import errno
import fcntl
import os
import signal
from pathlib import Path

_CANNOT_TELL = {errno.EINVAL, errno.ENOTSUP, errno.ENOLCK, errno.ENOSYS}


def is_in_use(path: Path) -> bool:
    """Whether anybody, this process included, has the file open. Call it in a thread: it touches the disk.

    On a file system without leases (NFS, SMB, FUSE) the answer is no: what is open can be
    read to its end even after its name is gone. A file that belongs to somebody else, for which the kernel gives no
    lease, counts as in use; one that is not there does not.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        # who opens the file while we hold the lease makes the kernel signal us, and SIGIO would end the process
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno not in _CANNOT_TELL
    finally:
        os.close(handle)
    return False
