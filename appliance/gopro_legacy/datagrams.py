"""The stream of a GoPro of the old kind as it comes, and its packets without what stands before them. Pure.

A HERO5 sends 1328 bytes: 12 of its own, then seven packets (GoProStream issue 57).
"""

from appliance.mpegts.packets import PACKET_BYTES, first_packet

_SYNC = 0x47

_GREETING = b"_GPHD_:%d:0:2:0.000000\n"
_LATE_MODELS = ("HD8.", "HD9.")
"""What the firmware of a HERO8 or HERO9 begins with."""


def greeting(firmware: str) -> bytes:
    """The datagram that keeps the stream of a camera with this firmware ("" if it is not known)."""
    return _GREETING % firmware.startswith(_LATE_MODELS)


def transport_packets(datagram: bytes) -> bytes:
    """The whole packets of a datagram; empty if there are none."""
    head = len(datagram) % PACKET_BYTES
    if len(datagram) > head and datagram[head] == _SYNC:
        return datagram[head:]
    start = first_packet(datagram)
    if start is None:
        return b""
    return datagram[start : start + (len(datagram) - start) // PACKET_BYTES * PACKET_BYTES]
