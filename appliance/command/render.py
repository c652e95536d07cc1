"""Answers for human eyes: tables and sentences. Nothing here asks or decides."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from appliance.command import words
from appliance.control.messages import (
    Asked,
    Camera,
    CardStatus,
    Counted,
    DepartedMemory,
    Event,
    Memory,
    MemoryChanged,
    NetworkChanged,
    RecordingChanged,
    SaveAnswer,
    StatusAnswer,
    UploadChanged,
    UploadStatus,
)

_PIPE_WIDTH = 1000
"""Nobody's window: in a file or a pipe nothing is cut or wrapped."""

_STATE_STYLES = {
    "recording": "green",
    "starting": "yellow",
    "stalled": "bold red",
    "no-camera": "bold red",
    "off": "bold red",
}


class Screen(Console):
    """A rich console that takes every text as it is, and plain text when it is no terminal."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, highlight=False, emoji=False)
        if not self.is_terminal:
            self.width = _PIPE_WIDTH

    def on_broken_pipe(self) -> None:
        """Leave it to `main`: rich would end the process with an error."""
        raise BrokenPipeError


def status_table(answer: StatusAnswer) -> Table:
    """How the recorder is, a line for each thing worth knowing."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _status_rows(answer):
        style = _STATE_STYLES.get(answer.recording.state, "") if name == "Recording" else ""
        table.add_row(name, Text(words.printable(value), style))
    return table


def status_line(answer: StatusAnswer) -> str:
    """The same in one line, for a log."""
    rows = dict(_status_rows(answer))
    return words.printable(" | ".join(rows[name] for name in ("Recording", "Ring", "Memories") if name in rows))


def memories_table(memories: Sequence[Memory]) -> Table:
    """What was kept, a row for each file."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("Name", no_wrap=True)  # it tells the instant of the press, and is what other commands want
    table.add_column("Length")
    table.add_column("Size", justify="right", no_wrap=True)
    table.add_column("Missing", overflow="fold")
    table.add_column("Upload", overflow="fold")
    for memory in memories:
        length = words.got(memory.got_s, memory.asked_s)
        missing = "; ".join(map(words.gap, memory.gaps)) or "nothing"
        row = (_name(memory), length, words.size(memory.size_bytes), missing, words.upload(memory.upload))
        table.add_row(*map(Text, row))
    return table


def cameras_table(cameras: Sequence[Camera]) -> Table:
    """What could be recorded, a row for each."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("Kind", no_wrap=True)
    table.add_column("Name")
    table.add_column("Where", overflow="fold")
    table.add_column("What it can do", overflow="fold")
    table.add_column("Now", overflow="fold")
    for camera in cameras:
        where = camera.device or camera.url or camera.address
        now = camera.trouble or ("recorded" if camera.is_recorded or camera.is_taken else "")
        row = (camera.kind, camera.name, where, ", ".join(camera.abilities), now)
        table.add_row(*map(Text, map(words.printable, row)))
    return table


def departed_table(departed: Sequence[DepartedMemory]) -> Table:
    """What has left the box, a row for each file."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("Name", no_wrap=True)
    table.add_column("Size", justify="right", no_wrap=True)
    table.add_column("Proof")
    table.add_column("Proven at")
    table.add_column("Where", overflow="fold")
    for memory in departed:
        where = (memory.remote_path or "") + (f" ({memory.remark})" if memory.remark else "")
        row = (memory.name, words.size(memory.size_bytes), memory.proof or "", memory.proven_at or "", where)
        table.add_row(*map(Text, map(words.printable, row)))
    return table


def save_sentences(answer: SaveAnswer) -> Iterator[str]:
    """What became of a press, most important first."""
    yield words.printable(_outcome(answer))
    if len(answer.parts) > 1:
        yield "The camera's picture changed on the way, so it is in parts:"
        yield from (f"  {words.printable(part)}" for part in answer.parts)
    if answer.got_s is not None:
        yield f"It holds {words.got(answer.got_s, answer.asked_s)}."
    elif answer.available_s < answer.asked_s:
        available, asked = words.duration(answer.available_s), words.duration(answer.asked_s)
        yield f"There are only {available} of the {asked} that were asked for."
    yield from (f"Gap: {words.gap(gap)}." for gap in answer.gaps or ())
    if answer.extends is not None:
        yield words.printable(f"It continues {answer.extends}: both become one memory.")


def event_sentence(event: Event) -> str:
    """What happened, in one line."""
    match event:
        case RecordingChanged(state=state, reason=reason):
            return words.printable(f"recording: {state}" + (f" ({reason})" if reason else ""))
        case MemoryChanged(name=name, state=state, progress=progress, sentence=sentence):
            done = "" if progress is None else f" {progress:.0%}"
            return words.printable(f"{name}: {state}{done}" + (f" ({sentence})" if sentence else ""))
        case UploadChanged(name=name, state=state, reason=reason, progress=far):
            told = words.progress(far) if far else reason
            return words.printable(f"{name}: {state}" + (f" ({told})" if told else ""))
        case NetworkChanged(sentence=sentence, attempt=attempt):
            return words.printable(f"network: {sentence}" + (f" ({attempt.sentence})" if attempt else ""))
        case Counted(minutes=minutes, is_limit=is_limit):
            return f"button: {minutes:g} min" + (", all that the ring holds" if is_limit else "")
        case Asked(command=command):
            return f"button: {command}"


def save_progress(screen: Screen) -> Progress:
    """A bar for the making of a file; says nothing where there is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    return Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)


class UploadBar:
    """A bar for the file that is on its way; says nothing where there is no terminal."""

    def __init__(self, screen: Screen) -> None:
        plain = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=20))
        columns = (*plain, TextColumn("{task.fields[told]}", markup=False))
        self._progress = Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)
        self._bar = self._progress.add_task("waiting for its turn", total=1.0, told="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def show(self, event: UploadChanged, settled: int, count: int) -> None:
        """What has just been heard; `settled` of `count` files need no waiting any more."""
        far = event.progress
        self._progress.update(
            self._bar,
            description=words.printable(f"{event.name} ({settled} of {count} done)"),
            completed=far.sent_bytes if far else 0,
            total=far.size_bytes if far else 1,
            told=words.progress(far) if far else words.printable(event.reason or event.state),
        )


def _status_rows(answer: StatusAnswer) -> Iterator[tuple[str, str]]:
    recording = answer.recording
    what = ", ".join(filter(None, (recording.state, recording.camera)))
    yield "Recording", what + (f" ({recording.reason})" if recording.reason else "")
    if recording.warning:
        yield "Warning", recording.warning
    if recording.state == "off":
        yield "Memories", answer.memories.trouble or ""
    else:
        yield from _footage_rows(answer)
    yield "Lamp", answer.lamp
    if answer.panel_trouble:
        yield "Buttons", answer.panel_trouble
    if answer.box:
        yield from (("Box", sentence) for sentence in answer.box.troubles if sentence != recording.reason)
        yield from (("Taken over", sentence) for sentence in answer.box.taken)
    restarts = f", {words.count(recording.restarts, 'restart', 'restarts')} of the camera" if recording.restarts else ""
    yield "Running for", f"{words.duration(answer.uptime_s)}{restarts}, version {answer.version}"


def _footage_rows(answer: StatusAnswer) -> Iterator[tuple[str, str]]:
    recording, ring, memories = answer.recording, answer.ring, answer.memories
    age_s = recording.last_segment_age_s
    yield "Last segment", "none yet" if age_s is None else f"{words.duration(age_s)} ago"
    yield "Not yet on the card", words.duration(recording.unflushed_s)
    used = f"{words.size(ring.bytes)} of {words.size(ring.capacity_bytes)}"
    yield "Ring", f"{words.duration(ring.seconds)} in {words.count(ring.segments, 'segment', 'segments')}, {used}"
    yield from (("Left out", sentence) for sentence in ring.left_out)
    in_work = f", {memories.pending} being made" if memories.pending else ""
    yield "Memories", f"{words.count(memories.count, 'memory', 'memories')} kept{in_work}"
    if memories.trouble:
        yield "Trouble", memories.trouble
    yield "Upload", _upload(answer.upload)
    if answer.card is not None:
        yield from _card_rows(answer.card)


def _card_rows(card: CardStatus) -> Iterator[tuple[str, str]]:
    name = " ".join(filter(None, (card.name, card.made and f"of {card.made}", words.size(card.size_bytes))))
    yield "Card", f"{name}; {words.size(card.free_bytes)} of {words.size(card.data_bytes)} free"
    life = card.life
    guess = " (guessed from its size)" if life.is_guessed else ""
    rate = "" if life.bytes_a_day is None else f", {words.size(life.bytes_a_day)} a day"
    yield "Written to it", f"{words.size(life.written_bytes)} of {words.size(life.rated_bytes)}{guess}{rate}"
    if life.sentence:
        yield "Its life", life.sentence


def _upload(upload: UploadStatus) -> str:
    far = upload.progress
    told = [" ".join(filter(None, (upload.state, upload.name))) + (f" {words.progress(far)}" if far else "")]
    counted = {"waiting": upload.waiting, "parked": upload.parked, "proven": upload.proven}
    told += [f"{number} {state}" for state, number in counted.items() if number]
    if upload.spent_bytes:
        told.append(f"{words.size(upload.spent_bytes)} sent this month")
    sentence = f" ({upload.sentence})" if upload.sentence else ""
    return ", ".join(told) + (f", to {upload.remote}" if upload.remote else "") + sentence


def _outcome(answer: SaveAnswer) -> str:
    secured = f"secured in {answer.secured_ms:.1f} ms"
    match answer.state:
        case "kept":
            return f"Kept: {answer.path or answer.name}"
        case "waiting":
            return f"Got it ({secured}); {answer.name} waits for room on the disk or for another try."
    return f"Got it ({secured}); it becomes {answer.name}."


def _name(memory: Memory) -> str:
    part = "" if memory.parts == 1 else f" ({memory.part} of {memory.parts})"
    clock = "" if memory.time_quality == "trusted" else " (clock was not set)"
    return words.printable(f"{memory.name}{part}{clock}")
