"""What the owner is told: the culprit and the cure. Pure."""

from collections.abc import Callable

from appliance.gopro.state import CameraState

SEARCHING = "A GoPro is looked for: at the end of the USB cable, on its own Wi-Fi, and in this network."
ABSENT = "No GoPro is found: switch it on, and plug it in or let it into this network."
GONE_SILENT = "{camera} sends no picture though it took the command; its stream is started anew."
UNANSWERED = "{camera} does not answer any more: is it switched on, and still connected?"
NOBODY = "No GoPro answers at {address}: switch it on, and see that this address is right."
LEGACY = "What answers at {address} is no Open GoPro camera; HERO8 and older are of the kind gopro-legacy."
WEDGED = "{camera} refuses everything ({why}): switch it off and on again; without a battery, pull its cable."
PORT_TAKEN = "Another program listens at UDP port {port}, where {camera} sends its pictures: end it."
WIFI_ON = 'The GoPro\'s Wi-Fi "{ssid}" is on; this box is not in it yet.'
STARTING = "{camera} is asked for its pictures."
STREAMING = "{camera} sends its pictures."


def absence(at_cable: str, over_the_air: str) -> str:
    """Nothing is found. What is known of a camera at the cable, and of Bluetooth: sentences, "" for nothing."""
    return f"{at_cable or ABSENT} {over_the_air}".strip()


_HINDRANCES: tuple[tuple[Callable[[CameraState], bool], str], ...] = (
    (lambda state: state.is_hot, "{camera} is too hot: let it cool down, out of the sun."),
    (
        lambda state: state.is_encoding,
        "{camera} is recording to its own card: its pictures come back when it is stopped there.",
    ),
    (lambda state: not state.is_ready, "{camera} is still starting."),
    (lambda state: state.is_busy and state.owner == "camera", "{camera} is in its menu: leave it there."),
    (lambda state: state.is_busy, "{camera} is busy."),
)
_SUSPICIONS: tuple[tuple[Callable[[CameraState], bool], str], ...] = (
    (
        lambda state: state.owner == "other device",
        "{camera} is controlled by another device: close the application there.",
    ),
    (
        lambda state: not state.has_preview,
        "{camera} has no preview in the mode that it is in: switch it to video.",
    ),
    (lambda state: state.is_cold, "{camera} is too cold: warm its battery."),
    (lambda state: state.card == "format error", "{camera} cannot read its card: format it there."),
    (lambda state: state.card == "full", "The card in {camera} is full: make room there."),
)


def hindrance(state: CameraState) -> str | None:
    """What keeps it from sending its pictures; None when nothing does. `{camera}` stands for its name."""
    return next((sentence for is_so, sentence in _HINDRANCES if is_so(state)), None)


def refusal(said: str, state: CameraState) -> str:
    """Why it does not start its stream: what its state tells is likelier than what it answers."""
    otherwise = f"{{camera}} refuses to send its pictures ({said}): switch it off and on again."
    return hindrance(state) or _suspicion(state) or otherwise


def silence(state: CameraState) -> str:
    """Why no picture comes though it took the command."""
    return _suspicion(state) or GONE_SILENT


def _suspicion(state: CameraState) -> str | None:
    return next((sentence for is_so, sentence in _SUSPICIONS if is_so(state)), None)
