"""What settings are called on the pages. A key that is not here is shown as the recorder tells of it."""

from appliance.control.messages import Setting
from setup_portal.words import marked, say

GROUPS: dict[str, str] = {
    "camera": marked("Camera"),
    "memories": marked("What a press keeps"),
    "upload": marked("Copying to your storage"),
    "panel": marked("Buttons and lamp"),
    "box": marked("The box itself"),
}
"""The pages of settings, in their order."""

_GROUP_OF = {"ring": "memories"}

_LABELS: dict[str, tuple[str, str]] = {
    "camera.kind": (marked("Kind of camera"), ""),
    "camera.url": (
        marked("Address of the camera"),
        marked("Stars stand for what is not shown. Leave them, and it stays as it is."),
    ),
    "camera.device": (marked("Device"), marked("For a camera that is plugged in, such as /dev/video0.")),
    "camera.address": (
        marked("Which camera it is"),
        marked("Its IP or Bluetooth address. Empty: the one that is found."),
    ),
    "camera.audio": (marked("Sound"), marked("auto: when there is any. none: never. Or an ALSA device such as hw:1.")),
    "camera.transport": (marked("How a network camera sends"), ""),
    "ring.capacity_bytes": (
        marked("Room for the last hours, in GB"),
        marked("It takes less when the card is short of room."),
    ),
    "ring.segment_seconds": (marked("Length of a piece of the recording, in seconds"), ""),
    "memories.minutes_per_step": (marked("Minutes that a press keeps, and each further step"), ""),
    "memories.seconds_per_step": (marked("Seconds to hold the button for a further step"), ""),
    "memories.overlap": (marked("Presses whose minutes touch"), ""),
    "panel.kind": (marked("Are there buttons and a lamp?"), ""),
    "panel.save_pin": (marked("Save button: BCM number of its pin"), ""),
    "panel.upload_pin": (marked("Upload button: BCM number of its pin"), ""),
    "panel.lamp_pin": (marked("Lamp: BCM number of its pin"), ""),
    "panel.buzzer_pin": (marked("Buzzer: BCM number of its pin"), marked("Leave it empty if there is none.")),
    "upload.remote": (marked("Storage and folder"), marked("Such as drive:moments. Empty: nothing is copied.")),
    "upload.behaviour": (marked("When memories are copied"), ""),
    "upload.hours": (marked("Hours"), marked("In local time, such as 22:00-06:00.")),
    "upload.networks": (marked("Networks"), marked("One name a line.")),
    "upload.metered": (marked("Networks that cost by volume may be used, too"), ""),
    "upload.limit_mbit_s": (marked("At most so many megabits a second"), marked("Leave it empty for no limit.")),
    "upload.monthly_cap_gb": (marked("At most so many GB a month"), marked("Leave it empty for no limit.")),
    "upload.after_upload": (marked("Once a copy is proven, the memory on the box"), ""),
    "upload.layout": (
        marked("Folders in the storage"),
        marked("Made of {device}, {year}, {month} and {day} of the press."),
    ),
    "upload.device": (marked("Name of this box"), marked("Its folder in the storage is called so, such as porch.")),
    "upload.order": (marked("Which memory goes first"), ""),
    "upload.reread": (marked("Read a copy back where the storage offers no better proof"), ""),
    "network.set_up": (marked("When the box opens its own Wi-Fi"), ""),
    "network.country": (marked("Country, in two letters"), marked("Until a phone names another one.")),
    "network.host_name": (
        marked("Name of these pages in your network"),
        marked("They are at http://NAME.local. Empty: moment."),
    ),
    "network.hotspot_name": (marked("Name of the box's own Wi-Fi"), marked("Empty: the one that the box made up.")),
    "network.lost_minutes": (marked("Minutes that your network is missed before the box opens its own"), ""),
    "network.retry_minutes": (marked("Minutes without a phone before your network is tried again"), ""),
    "network.idle_minutes": (marked("Minutes unused before the box closes its own Wi-Fi"), ""),
    "network.keep_minutes": (marked("Minutes before a network that was proven is joined for good"), ""),
    "box.card_terabytes": (
        marked("How many terabytes may be written to the card (TBW)"),
        marked("As its maker says. Leave it empty, and it is guessed from its size."),
    ),
}

_CHOICES: dict[str, str] = {
    "camera.kind auto": marked("The best that is found"),
    "camera.kind rpicam": marked("A camera on the ribbon cable (rpicam)"),
    "camera.kind gopro": marked("A GoPro, HERO9 or newer"),
    "camera.kind gopro-legacy": marked("A GoPro, HERO4 to HERO8"),
    "camera.kind snapcam": marked("An iON SnapCam"),
    "camera.kind test-pattern": marked("A test picture"),
    "camera.kind v4l2": marked("A camera that is plugged in (V4L2)"),
    "camera.kind rtsp": marked("A camera in the network (RTSP)"),
    "camera.kind mpegts-udp": marked("A stream that is sent to the box (MPEG-TS over UDP)"),
    "camera.transport tcp": marked("TCP: nothing is lost"),
    "camera.transport udp": marked("UDP: for cameras that know nothing else"),
    "memories.overlap extend": marked("make one longer memory"),
    "memories.overlap separate": marked("make one each"),
    "network.set_up never": marked("Never"),
    "network.set_up asked": marked("When asked"),
    "network.set_up by-itself": marked("When asked, and by itself"),
    "panel.kind gpio": marked("Yes"),
    "panel.kind none": marked("No"),
    "upload.behaviour at-once": marked("At once"),
    "upload.behaviour on-networks": marked("In certain networks only"),
    "upload.behaviour scheduled": marked("At certain hours only"),
    "upload.behaviour manual": marked("When I press the upload button"),
    "upload.after_upload keep": marked("stays"),
    "upload.after_upload delete-when-proven": marked("is deleted at once"),
    "upload.after_upload delete-oldest-proven": marked("is deleted when room is needed, the oldest first"),
    "upload.order newest-first": marked("the newest"),
    "upload.order oldest-first": marked("the oldest"),
}


def group_of(section: str) -> str:
    """The page that a section of the settings file is shown on."""
    group = _GROUP_OF.get(section, section)
    return group if group in GROUPS else "box"


def label(setting: Setting) -> str:
    """What a setting is called."""
    known = _LABELS.get(setting.key)
    return say(known[0]) if known else setting.key


def hint(setting: Setting) -> str:
    """What helps to fill it in."""
    known = _LABELS.get(setting.key)
    if known is None:
        return setting.meaning
    return say(known[1]) if known[1] else ""


def choice(setting: Setting, value: str) -> str:
    """What one of its choices is called."""
    known = _CHOICES.get(f"{setting.key} {value}")
    return say(known) if known else value
