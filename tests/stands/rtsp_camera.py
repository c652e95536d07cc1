"""A real RTSP camera on loopback, made of Debian's GStreamer: live pictures, optional sound, optional password.

Run by the system's Python (`/usr/bin/python3`, which has gi), not by the virtual environment's.
Prints `ready` when it listens. The pictures' SPS and PPS are told in the SDP only, as many cameras do.
"""

import argparse

import gi  # type: ignore[import-not-found]  # the system's Python has it

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found] # noqa: E402 - gi wants the versions first

RATE = 30
ROLE = "viewer"
PICTURES = {
    "h264": (
        f"x264enc speed-preset=ultrafast tune=zerolatency key-int-max={RATE} "
        "! video/x-h264,stream-format=avc,profile=baseline ! rtph264pay config-interval=0 name=pay0 pt=96"
    ),
    "h265": (
        f"x265enc speed-preset=ultrafast tune=zerolatency key-int-max={RATE} "
        "! h265parse ! video/x-h265,stream-format=hvc1 ! rtph265pay config-interval=0 name=pay0 pt=96"
    ),
    "mjpeg": "jpegenc ! rtpjpegpay name=pay0 pt=26",
}
SOUNDS = {
    "none": "",
    "aac": "audio/x-raw,rate=48000,channels=2 ! voaacenc ! aacparse ! rtpmp4gpay name=pay1 pt=97",
    "pcma": "audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8",
}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", default="/live")
    parser.add_argument("--codec", choices=PICTURES, default="h264")
    parser.add_argument("--audio", choices=SOUNDS, default="none")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--size", default="640x360")
    return parser.parse_args()


def pipeline(codec: str, audio: str, size: str) -> str:
    """The GStreamer launch line of the camera."""
    width, height = size.split("x")
    caps = f"video/x-raw,format=I420,width={width},height={height},framerate={RATE}/1"
    picture = f"videotestsrc is-live=true pattern=ball ! {caps} ! {PICTURES[codec]}"
    sound = f" audiotestsrc is-live=true ! audioconvert ! audioresample ! {SOUNDS[audio]}" if SOUNDS[audio] else ""
    return f"( {picture}{sound} )"


def guard(server: GstRtspServer.RTSPServer, factory: GstRtspServer.RTSPMediaFactory, user: str, password: str) -> None:
    """Let nobody in without this name and password (HTTP Basic)."""
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role(ROLE, "media.factory.access", True)
    permissions.add_permission_for_role(ROLE, "media.factory.construct", True)
    factory.set_permissions(permissions)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)


def main() -> None:
    """Serve until killed."""
    asked = arguments()
    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(pipeline(asked.codec, asked.audio, asked.size))
    factory.set_shared(True)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(asked.port))
    server.get_mount_points().add_factory(asked.path, factory)
    if asked.user:
        guard(server, factory, asked.user, asked.password)
    if server.attach(None) == 0:
        raise SystemExit(f"port {asked.port} cannot be had")
    print("ready", flush=True)  # noqa: T201 - whoever started us waits for it
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
