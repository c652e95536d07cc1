"""How the box is, in plain words. Pure but for the visitor's language."""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.control.messages import CardStatus, MachineStatus, NetworkAnswer, StatusAnswer, UploadStatus
from setup_portal.figures import number, rough_length, size
from setup_portal.retelling import retold
from setup_portal.words import marked, say, say_many

_STATES = {
    "recording": marked("It records."),
    "starting": marked("It is starting."),
    "stalled": marked("It does not record now: the camera sends nothing."),
    "no-camera": marked("It does not record now: there is no camera."),
    "off": marked("It is in safe mode and does not record."),
}
_UPLOADS = {
    "off": marked("No storage is set up: memories stay on the box."),
    "idle": marked("Everything that was to be copied is in the storage."),
    "waiting": marked("Copying waits."),
    "uploading": marked("A memory is being copied."),
    "paused": marked("Copying pauses while the box has to do more important things."),
    "parked": marked("Copying needs you."),
}
_FEW_MONTHS = 12


@dataclass(frozen=True)
class Told:
    """`troubles` need the owner; `facts` are a word and a sentence each."""

    state: str
    headline: str
    troubles: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def told(status: StatusAnswer, network: NetworkAnswer | None) -> Told:
    """What the first page says."""
    state = status.recording.state
    troubles = (*map(retold, _troubles(status)), *_of_the_machine(status.machine))
    return Told(state, say(_STATES[state]), troubles, tuple(_facts(status, network)))


def _troubles(status: StatusAnswer) -> Iterator[str]:
    """In the recorder's words."""
    yield from filter(None, (status.recording.reason, status.recording.warning))
    yield from filter(None, (status.memories.trouble, status.panel_trouble))
    if status.upload.state == "parked" and status.upload.sentence:
        yield status.upload.sentence
    if status.box is not None:
        yield from status.box.troubles


def _of_the_machine(machine: MachineStatus | None) -> Iterator[str]:
    if machine is None:
        return
    if machine.is_under_voltage:
        yield say("The power supply is too weak now: use a stronger one, and a short, thick cable.")
    elif machine.was_under_voltage:
        yield say("The power supply was too weak once since the box was switched on: use a stronger one.")
    if machine.is_slowed and not machine.is_under_voltage:
        yield say("The box is too hot and works slower: put it where air can pass, and out of the sun.")
    if not machine.clock_is_trusted:
        yield say("The box does not know the time yet: it takes it from the internet, or from your phone.")


def _facts(status: StatusAnswer, network: NetworkAnswer | None) -> Iterator[tuple[str, str]]:
    if status.recording.state != "off":  # in safe mode nobody looks at footage, and the numbers are zero
        yield from _footage(status)
    if network is not None:
        yield say("Network"), _network(network)
    if status.card is not None:
        yield from _card(status.card)
    if status.machine is not None and status.machine.temperature_c is not None:
        yield say("Temperature"), say("%(degrees)s °C", degrees=round(status.machine.temperature_c))


def _footage(status: StatusAnswer) -> Iterator[tuple[str, str]]:
    if status.recording.last_segment_age_s is not None:
        age = rough_length(status.recording.last_segment_age_s)
        yield (
            say("Camera"),
            say("%(camera)s; the newest footage is %(age)s old.", camera=retold(status.recording.camera), age=age),
        )
    if status.ring.segments:
        yield say("Looking back"), say("The last %(length)s are there.", length=rough_length(status.ring.seconds))
    yield say("Memories"), _memories(status)
    yield say("Storage"), _upload(status.upload)


def _memories(status: StatusAnswer) -> str:
    kept = say_many("%(count)s memory is kept.", "%(count)s memories are kept.", status.memories.count)
    if not status.memories.pending:
        return kept
    pending = say_many("%(count)s is being made.", "%(count)s are being made.", status.memories.pending)
    return f"{kept} {pending}"


def _upload(upload: UploadStatus) -> str:
    text = say(_UPLOADS[upload.state])
    if upload.progress is not None and upload.progress.size_bytes:
        percent = round(100 * upload.progress.sent_bytes / upload.progress.size_bytes)
        return say("%(name)s is being copied: %(percent)s %%.", name=upload.name or "", percent=percent)
    if upload.state in {"waiting", "paused"} and upload.sentence:
        text = f"{text} {retold(upload.sentence)}"
    if upload.waiting:
        waiting = say_many("%(count)s memory waits.", "%(count)s memories wait.", upload.waiting)
        return f"{text} {waiting}"
    return text


def _network(network: NetworkAnswer) -> str:
    if network.joined is None:
        return retold(network.sentence)
    if network.internet == "full":
        return say("In %(name)s, with internet.", name=network.joined.name)
    if network.internet == "portal":
        return say("In %(name)s, which wants somebody to sign in before it lets the box out.", name=network.joined.name)
    return say("In %(name)s, but without internet.", name=network.joined.name)


def _card(card: CardStatus) -> Iterator[tuple[str, str]]:
    yield say("Room"), say("%(free)s of %(all)s are free.", free=size(card.free_bytes), all=size(card.data_bytes))
    months = card.life.months_left
    if months is None:
        return
    if months >= _FEW_MONTHS:
        yield say("Card"), say("Lasts for about %(years)s years more.", years=number(months / _FEW_MONTHS))
    else:
        text = say_many(
            "Lasts for about %(count)s month more.", "Lasts for about %(count)s months more.", round(months)
        )
        yield say("Card"), text
