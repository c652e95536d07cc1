"""The IPv4 addresses of this machine, by the kernel's word (netdevice(7), SIOCGIFCONF)."""

import array
import fcntl
import socket
import struct

_SIOCGIFCONF = 0x8912
_ENTRY = struct.calcsize("16s16s8x") if struct.calcsize("P") == 8 else 32  # noqa: PLR2004 - struct ifreq: 40 or 32 bytes
_MOST = 64


def own_addresses() -> list[str]:
    """Of all interfaces that are up, in dotted form."""
    space = array.array("B", bytes(_MOST * _ENTRY))
    address, _ = space.buffer_info()
    asked = struct.pack("iP", len(space), address)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        size: int = struct.unpack("iP", fcntl.ioctl(asking, _SIOCGIFCONF, asked))[0]
    told = space.tobytes()[:size]
    return [socket.inet_ntoa(told[at + 20 : at + 24]) for at in range(0, len(told), _ENTRY)]
