"""The typed settings: every key, its default and its bounds, in the words of the settings file.

Names and defaults are a contract with the owner's `moment.toml`. Rooms never see these types: `app.py`
hands each of them plain keyword values.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

SecretUrl = Annotated[str, Meta(extra={"secret": "in-url"})]
"""A URL that may carry a user name and a password: those parts are never shown or quoted."""

Secret = Annotated[str, Meta(extra={"secret": "whole"})]
"""A text that is never shown or quoted at all."""

Pin = Annotated[int, Meta(ge=0, le=27)]

Place = Annotated[str, Meta(extra={"fixed": True})]
"""Where this box keeps its files: whoever changes that must be able to put it right, so no page does."""

# Each key has its meaning in its type: pages for the owner are made of it.


class CameraSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[camera]`: where the footage comes from."""

    kind: Annotated[
        Literal["auto", "test-pattern", "v4l2", "rpicam", "rtsp", "mpegts-udp", "gopro", "gopro-legacy", "snapcam"],
        Meta(description="What kind of camera it is; auto takes the best that is found, and keeps to it."),
    ] = "test-pattern"
    url: Annotated[
        SecretUrl,
        Meta(
            description="The address of a network camera: rtsp://ADDRESS/PATH for an RTSP camera, "
            "udp://ADDRESS:PORT for a stream that is sent to this box."
        ),
    ] = ""
    device: Annotated[str, Meta(description="The camera at this box, for the kind v4l2.")] = "/dev/video0"
    address: Annotated[
        str,
        Meta(
            max_length=64,
            description="Which camera it is, for the kinds gopro, gopro-legacy and snapcam: an IP or a Bluetooth "
            "address. Empty: the one that is found.",
        ),
    ] = ""
    audio: Annotated[
        str,
        Meta(
            description="auto keeps sound when there is any, none drops it; for v4l2 and rpicam also an ALSA device "
            "such as hw:1."
        ),
    ] = "auto"
    transport: Annotated[Literal["tcp", "udp"], Meta(description="How an RTSP camera brings its packets.")] = "tcp"
    used_file: Annotated[Place, Meta(description="Where auto remembers the camera that it took last.")] = (
        "var/camera/used.json"
    )


class RingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[ring]`: the last hours, on disk, always overwritten."""

    directory: Annotated[Place, Meta(description="Where the last hours are kept.")] = "var/ring"
    capacity_bytes: Annotated[
        Annotated[int, Meta(ge=1_000_000, le=1_000_000_000_000_000)],
        Meta(description="How many bytes the last hours may take; fewer when the disk is short."),
    ] = 8_000_000_000
    segment_seconds: Annotated[
        Annotated[float, Meta(ge=1, le=60)],
        Meta(description="How long the pieces are that the recording is cut into, in seconds."),
    ] = 5


class MemoriesSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[memories]`: what a press keeps."""

    directory: Annotated[Place, Meta(description="Where memories are kept.")] = "var/memories"
    minutes_per_step: Annotated[
        Annotated[float, Meta(gt=0, le=60)],
        Meta(description="How many minutes a press keeps, and each further step."),
    ] = 3
    seconds_per_step: Annotated[
        Annotated[float, Meta(ge=0.5, le=60)],
        Meta(description="How many seconds the button is held for a further step."),
    ] = 3
    overlap: Annotated[
        Literal["extend", "separate"],
        Meta(
            description="What becomes of presses that touch: extend makes one longer memory, separate makes one "
            "for each."
        ),
    ] = "extend"


class PanelSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[panel]`: buttons, lamp and buzzer."""

    kind: Annotated[Literal["gpio", "none"], Meta(description="Whether there are buttons and a lamp.")] = "none"
    save_pin: Annotated[Pin, Meta(description="The BCM number of the save button.")] = 17
    upload_pin: Annotated[Pin, Meta(description="The BCM number of the upload button.")] = 27
    lamp_pin: Annotated[Pin, Meta(description="The BCM number of the lamp.")] = 22
    buzzer_pin: Annotated[Pin | None, Meta(description="The BCM number of an active buzzer.")] = None


class UploadSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[upload]`: how memories reach the owner's storage."""

    remote: Annotated[
        str,
        Meta(description="Where memories go: NAME:FOLDER of a storage that is set up. Empty: nothing is uploaded."),
    ] = ""
    rclone_config: Annotated[
        Place,
        Meta(description="The file that holds the storages and their passwords."),
    ] = "var/rclone.conf"
    behaviour: Annotated[
        Literal["manual", "at-once", "scheduled", "on-networks"],
        Meta(
            description="When memories go: when you press the upload button, by themselves at once, in certain "
            "hours, or in certain networks."
        ),
    ] = "at-once"
    hours: Annotated[str, Meta(description="The hours for scheduled, in local time: 22:00-06:00.")] = "22:00-06:00"
    networks: Annotated[
        list[str],
        Meta(description="The names of the Wi-Fi networks or connections for on-networks."),
    ] = field(default_factory=list)
    metered: Annotated[bool, Meta(description="Whether a network that costs by volume may be used.")] = False
    limit_mbit_s: Annotated[
        Annotated[float, Meta(gt=0, le=10_000)] | None,
        Meta(description="How fast it may send, in megabits (not bytes) a second."),
    ] = None
    monthly_cap_gb: Annotated[
        Annotated[float, Meta(gt=0, le=1_000_000)] | None,
        Meta(description="How much it may send by itself in a calendar month, in GB."),
    ] = None
    after_upload: Annotated[
        Literal["keep", "delete-when-proven", "delete-oldest-proven"],
        Meta(
            description="What becomes of a memory on the box once its copy is proven: it is kept, deleted at "
            "once, or deleted when room is needed."
        ),
    ] = "keep"
    layout: Annotated[
        str,
        Meta(description="Folders at the storage, made of {device}, {year}, {month} and {day} of the press."),
    ] = "{device}/{year}/{month}"
    device: Annotated[str, Meta(description="The name of this box, as it stands in the folders.")] = "moment-recorder"
    order: Annotated[
        Literal["newest-first", "oldest-first"],
        Meta(description="Which memory goes first."),
    ] = "newest-first"
    reread: Annotated[
        bool,
        Meta(description="Whether a copy is read back where the storage has no hash that proves it."),
    ] = False


class NetworkSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[network]`: the box's own set-up network, and the networks that it joins."""

    set_up: Annotated[
        Literal["never", "asked", "by-itself"],
        Meta(
            description="When the box opens its own Wi-Fi for a phone: never (the network is left alone), "
            "when asked, or also by itself."
        ),
    ] = "never"
    directory: Annotated[Place, Meta(description="Where the last try of a network is remembered.")] = "var/network"
    country: Annotated[
        str,
        Meta(description="Where the box is, in two letters (ISO 3166-1), until a phone names another country."),
    ] = ""
    host_name: Annotated[
        str,
        Meta(description="The box's name in a network: its pages are at http://NAME.local. Empty: moment."),
    ] = ""
    hotspot_name: Annotated[
        str,
        Meta(description="Name of the box's own Wi-Fi. Empty: the one that the box made up at its first start."),
    ] = ""
    hotspot_file: Annotated[
        Place,
        Meta(description="Where the name and the password are that the box made up for its own Wi-Fi."),
    ] = "var/hotspot.json"
    lost_minutes: Annotated[
        float,
        Meta(ge=1, le=1440, description="How long the known networks are missed before the box opens its own."),
    ] = 5
    retry_minutes: Annotated[
        float,
        Meta(
            ge=1, le=1440, description="How long it stays open without a phone before the known ones are tried again."
        ),
    ] = 5
    idle_minutes: Annotated[
        float,
        Meta(ge=1, le=1440, description="One that was asked for closes when nobody uses it for so many minutes."),
    ] = 15
    keep_minutes: Annotated[
        float,
        Meta(
            ge=1,
            le=60,
            description="After how many minutes a proven network is joined for good, if the phone says nothing.",
        ),
    ] = 5


class ControlSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[control]`: the local socket that the `moment` command and the portal talk to."""

    socket: Annotated[
        Place,
        Meta(description="Where the moment command and the pages ask the recorder."),
    ] = "var/control.sock"


class BoxSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[box]`: the machine itself."""

    boot_report: Annotated[
        Place,
        Meta(description="Where the boot tells what it found. Empty: this machine is no box."),
    ] = ""
    event_log: Annotated[Place, Meta(description="A small log that outlives a power cut. Empty: none.")] = ""
    card_terabytes: Annotated[
        Annotated[float, Meta(gt=0, le=100_000)] | None,
        Meta(
            description="How many terabytes may be written to the card, as its maker says (TBW). Not set: guessed "
            "from its size."
        ),
    ] = None


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All settings; `Settings()` is the embedded default."""

    camera: CameraSettings = field(default_factory=CameraSettings)
    ring: RingSettings = field(default_factory=RingSettings)
    memories: MemoriesSettings = field(default_factory=MemoriesSettings)
    panel: PanelSettings = field(default_factory=PanelSettings)
    upload: UploadSettings = field(default_factory=UploadSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    control: ControlSettings = field(default_factory=ControlSettings)
    box: BoxSettings = field(default_factory=BoxSettings)
