"""What the owner reads about the network. Pure."""

from appliance.network.attempts import Attempt
from appliance.network.model import View
from appliance.network.outcome import Reason
from appliance.network.setup_mode import Mode, OpenReason

_FAILED: dict[Reason, str] = {
    "wrong-password": "The password of {name} is wrong: type it anew, with its large and small letters.",
    "maybe-wrong-password": "{name} did not let the box in: check its password; if it is right, choose WPA2 for it.",
    "not-found": "{name} is not heard here: is its router on, near enough and on 2.4 GHz? The box hears no 5 GHz.",
    "no-address": "{name} let the box in but gave it no address: start its router anew, or let it admit new devices.",
    "rejected": "{name} turned the box away: look whether its router admits new devices, and by which security.",
    "timeout": "{name} did not answer in time: try once more, with the box nearer to its router.",
    "no-manager": "NetworkManager, which joins networks, did not answer: try once more.",
    "interrupted": "The trial of {name} was cut short by a restart or a power cut: try once more.",
}
_REMARKS: dict[Reason, str] = {
    "no-internet": " It has no way to the internet now: memories stay on the box until it has.",
    "no-storage": " The storage does not answer as it should from there: memories stay on the box until it does.",
    "sign-in-page": " A sign-in page stands between it and the internet, which the box cannot fill in.",
}
_WHY_OPEN: dict[OpenReason, str] = {
    "first-start": "because the box knows no other network yet",
    "asked": "because somebody asked for it",
    "lost": "because none of the networks that the box knows is found",
}
_MODES: dict[Mode, str] = {
    "no-manager": "NetworkManager does not run on this machine: its network is nothing that the recorder knows of.",
    "no-radio": "No Wi-Fi is found on this machine.",
    "blocked": "Wi-Fi is switched off: opening the set-up network or naming the country switches it on.",
    "joining": "A network is being joined.",
    "trying": "A network is being tried; the set-up network is closed meanwhile.",
}


def of_attempt(attempt: Attempt, keeps_in_s: float | None) -> str:
    """What a try came to."""
    name = attempt.name
    remark = _REMARKS.get(attempt.reason, "") if attempt.reason else ""
    match attempt.state:
        case "trying":
            return f"{name} is being tried, which takes a minute at most; the set-up network is closed meanwhile."
        case "proven":
            minutes = max(1, round((keeps_in_s or 0.0) / 60))
            when = f"joined for good in {minutes} min, or when you say so"
            return f"{name} works; the box had the address {_listed(attempt.addresses)} in it. It is {when}.{remark}"
        case "kept":
            return f"The box is in {name} for good.{remark}"
        case "returned":
            return f"{name} is kept but did not let the box in again: it goes on trying, and opens its set-up network."
        case "failed":
            return _FAILED.get(attempt.reason or "rejected", _FAILED["rejected"]).format(name=name)


def of_mode(mode: Mode, view: View, name: str, reason: OpenReason | None, trouble: str | None) -> str:
    """How the network is. `name`: of the joined network, or of the set-up network if that is open."""
    if trouble and mode not in {"hotspot", "joined", "wired"}:
        return trouble
    match mode:
        case "hotspot":
            return f"The set-up network {name} is open, {_WHY_OPEN[reason or 'asked']}."
        case "joined":
            return f"The box is in {name}, under the address {_listed(view.addresses)}."
        case "wired":
            return f"The box is on the wire, under the address {_listed(view.wire_addresses)}."
        case "lost":
            known = "None of the networks that it knows is found." if view.sight.knows else "It knows none."
            return f"The box is in no network. {known}"
    return _MODES[mode]


def _listed(addresses: tuple[str, ...]) -> str:
    return " and ".join(addresses) or "that is yet to come"
