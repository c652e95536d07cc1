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

Pin = Annotated[int, Meta(ge=0, le=27, description="BCM number of a GPIO line")]


class CameraSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[camera]`: where the footage comes from."""

    kind: Literal["test-pattern", "v4l2", "rtsp", "mpegts-udp"] = "test-pattern"
    url: SecretUrl = ""
    """`rtsp://…` for an RTSP camera, `udp://ADDRESS:PORT` for a stream that is sent to this box."""
    device: str = "/dev/video0"
    """The V4L2 device."""
    audio: str = "auto"
    """`auto` keeps sound when there is any, `none` drops it; for V4L2 an ALSA device such as `hw:1`."""
    transport: Literal["tcp", "udp"] = "tcp"
    """How RTSP brings its packets."""


class RingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[ring]`: the last hours, on disk, always overwritten."""

    directory: str = "var/ring"
    capacity_bytes: Annotated[int, Meta(ge=1_000_000, le=1_000_000_000_000_000)] = 8_000_000_000
    segment_seconds: Annotated[float, Meta(ge=1, le=60)] = 5


class MemoriesSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[memories]`: what a press keeps."""

    directory: str = "var/memories"
    minutes_per_step: Annotated[float, Meta(gt=0, le=60)] = 3
    seconds_per_step: Annotated[float, Meta(ge=0.5, le=60)] = 3
    overlap: Literal["extend", "separate"] = "extend"


class PanelSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[panel]`: buttons, lamp and buzzer."""

    kind: Literal["gpio", "none"] = "none"
    save_pin: Pin = 17
    upload_pin: Pin = 27
    lamp_pin: Pin = 22
    buzzer_pin: Pin | None = None


class UploadSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[upload]`: how memories reach the owner's storage."""

    remote: str = ""
    """`name:folder` of a storage that is set up; empty: nothing is uploaded."""
    rclone_config: str = "var/rclone.conf"
    behaviour: Literal["manual", "at-once", "scheduled", "on-networks"] = "at-once"
    hours: str = "22:00-06:00"
    """For `scheduled`: local time."""
    networks: list[str] = field(default_factory=list)
    """For `on-networks`: names of Wi-Fi networks or connections."""
    metered: bool = False
    """Whether a network that costs by volume may be used."""
    limit_mbit_s: Annotated[float, Meta(gt=0, le=10_000)] | None = None
    """Megabits (not bytes) a second."""
    monthly_cap_gb: Annotated[float, Meta(gt=0, le=1_000_000)] | None = None
    after_upload: Literal["keep", "delete-when-proven", "delete-oldest-proven"] = "keep"
    layout: str = "{device}/{year}/{month}"
    """Folders below `remote`, from the date of the press."""
    device: str = "moment-recorder"
    order: Literal["newest-first", "oldest-first"] = "newest-first"
    reread: bool = False
    """Read the copy back where the storage offers no hash in common with us."""


class NetworkSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[network]`: the box's own set-up network, and the networks that it joins."""

    set_up: Literal["never", "asked", "by-itself"] = "never"
    """`never`: the network of this machine is left alone."""
    directory: str = "var/network"
    """Where the last try of a network is remembered."""
    country: str = ""
    """Two letters (ISO 3166-1), until a phone names another."""
    hotspot_name: str = ""
    """Empty: the one that the box made up at its first start."""
    hotspot_file: str = "var/hotspot.json"
    """The set-up network's name and password, which the box makes up at its first start."""
    lost_minutes: Annotated[float, Meta(ge=1, le=1440)] = 5
    """For `by-itself`: so long the known networks are missed before the set-up network opens."""
    retry_minutes: Annotated[float, Meta(ge=1, le=1440)] = 5
    """So long it stays open without a phone before the known networks are tried again."""
    idle_minutes: Annotated[float, Meta(ge=1, le=1440)] = 15
    """One that was asked for closes when nobody uses it for so long, if networks are known."""
    keep_minutes: Annotated[float, Meta(ge=1, le=60)] = 5
    """A proven network is joined for good after so long, if the phone says nothing."""


class ControlSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[control]`: the local socket that the `moment` command and the portal talk to."""

    socket: str = "var/control.sock"


class BoxSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[box]`: the machine itself."""

    boot_report: str = ""
    """Where the boot tells what it found; empty: this machine is no box."""
    event_log: str = ""
    """A small file that outlives a power cut, unlike the journal; empty: none."""
    card_terabytes: Annotated[float, Meta(gt=0, le=100_000)] | None = None
    """How much may be written to the card, as its maker says (TBW); unset: guessed from its size."""


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
