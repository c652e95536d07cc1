"""Start-up: the ring as the folder tells it, whatever a power cut or a stranger did to it.

Every segment that is listed in its epoch's index with the size it has is taken as it is. A segment that is
not listed was being written when the power went: it is looked at, and its end is estimated. All else is left
out and told.
"""

import os
from pathlib import Path

import msgspec

from appliance.recording.folder import DESCRIPTION, INDEX, RingFolder, is_epoch_name, is_segment_name
from appliance.recording.segment import Epoch, Segment, gap_is_known
from appliance.recording.transport import PACKET_BYTES, is_transport_stream

UNKNOWN_BOOT = "unknown"
Index = dict[int, tuple[float, float, int]]


class Rebuilt(msgspec.Struct):
    """What was found. `segments` are in order of time, on this boot's clock."""

    segments: list[Segment]
    epochs: list[Epoch]
    left_out: list[str]
    next_epoch: int


def rebuild(folder: RingFolder, now: Epoch, segment_s: float) -> Rebuilt:
    """Read the ring's folder. `now` describes this instant as if it were an epoch: the footage ends before it."""
    left_out: list[str] = []
    numbers: list[int] = []
    for entry in os.scandir(folder.root):
        if entry.is_dir() and is_epoch_name(entry.name):
            numbers.append(int(entry.name))
        elif not entry.name.startswith("."):
            left_out.append(f"{entry.name} is not footage: it is left alone")
    numbers.sort()
    epochs: list[Epoch] = []
    groups: list[list[Segment]] = []
    for number in numbers:
        epoch = _read_epoch(folder.epoch_path(number), number, left_out)
        epochs.append(epoch)
        groups.append(_read_segments(folder.epoch_path(number), epoch, segment_s, left_out))
    placed = _place(list(zip(epochs, groups, strict=True)), now)
    next_epoch = numbers[-1] + 1 if numbers else 0
    return Rebuilt([s for group in placed for s in group], epochs, left_out, next_epoch)


def _read_epoch(folder: Path, number: int, left_out: list[str]) -> Epoch:
    try:
        epoch = msgspec.json.decode((folder / DESCRIPTION).read_bytes(), type=Epoch)
    except (OSError, msgspec.DecodeError):
        left_out.append(f"{folder.name}/{DESCRIPTION} cannot be read: when its footage was taken is a guess")
        return Epoch(number, UNKNOWN_BOOT, 0.0, 0.0, wall_is_trusted=False, camera="", reason="unknown")
    return msgspec.structs.replace(epoch, number=number)


def _read_segments(folder: Path, epoch: Epoch, segment_s: float, left_out: list[str]) -> list[Segment]:
    index = _read_index(folder / INDEX)
    sizes: list[tuple[int, os.DirEntry[str]]] = []
    for entry in os.scandir(folder):
        if is_segment_name(entry.name):
            sizes.append((int(entry.name[:6]), entry))
        elif entry.name not in (DESCRIPTION, INDEX) and not entry.name.startswith("."):
            left_out.append(f"{folder.name}/{entry.name} is not footage: it is left alone")
    sizes.sort(key=lambda item: item[0])
    segments: list[Segment] = []
    for number, entry in sizes:
        if number in index:
            segment = _noted_segment(entry, epoch, number, index[number])
        else:
            before_s = segments[-1].end_s if segments else epoch.began_s
            segment = _unnoted_segment(entry, epoch, number, before_s, segment_s)
        if segment:
            segments.append(segment)
        else:
            left_out.append(f"{folder.name}/{entry.name} is empty or damaged: it is left out")
    return segments


def _noted_segment(
    entry: os.DirEntry[str], epoch: Epoch, number: int, noted: tuple[float, float, int]
) -> Segment | None:
    start_s, end_s, size = noted
    is_intact = entry.stat(follow_symlinks=False).st_size == size
    return Segment(epoch.number, number, start_s, end_s, size) if is_intact else None


def _unnoted_segment(
    entry: os.DirEntry[str], epoch: Epoch, number: int, before_s: float, segment_s: float
) -> Segment | None:
    status = entry.stat(follow_symlinks=False)
    if status.st_size < PACKET_BYTES or not entry.is_file(follow_symlinks=False):
        return None
    with Path(entry.path).open("rb") as file:
        if not is_transport_stream(file.read(3 * PACKET_BYTES)):
            return None
    written_s = status.st_mtime - epoch.wall_offset_s
    end_s = written_s if before_s < written_s < before_s + 4 * segment_s else before_s + segment_s
    return Segment(epoch.number, number, before_s, end_s, status.st_size, is_whole=False)


def _read_index(path: Path) -> Index:
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return {}
    index: Index = {}
    for line in lines:
        try:
            number, start, end, size = line.split(" ")
            index[int(number)] = float(start), float(end), int(size)
        except ValueError:
            continue  # a line that the power cut
    return index


def _place(found: list[tuple[Epoch, list[Segment]]], now: Epoch) -> list[list[Segment]]:
    """Shift the footage of earlier boots to before this one.

    Two trusted wall clocks give the true distance. Otherwise the footage is put as near as it can have been:
    at worst a memory holds more than was asked for, never less.
    """
    placed: list[list[Segment]] = []
    later, later_start_s, shift_s = now, now.began_s, 0.0
    for epoch, segments in reversed(found):
        if epoch.boot_id != later.boot_id or epoch.boot_id == UNKNOWN_BOOT:
            shift_s = _shift(epoch, segments, later, now, later_start_s)
        if segments:
            moved = segments if shift_s == 0 else [_moved(segment, shift_s) for segment in segments]
            placed.append(moved)
            later, later_start_s = epoch, moved[0].start_s
    placed.reverse()
    return placed


def _shift(epoch: Epoch, segments: list[Segment], later: Epoch, now: Epoch, later_start_s: float) -> float:
    if not segments:
        return 0.0
    latest_end_s = min(0.0, later_start_s) if later is now else later_start_s
    if epoch.wall_is_trusted and now.wall_is_trusted and gap_is_known(epoch, now):
        return min(epoch.wall_offset_s - now.wall_offset_s, latest_end_s - segments[-1].end_s)
    return latest_end_s - segments[-1].end_s


def _moved(segment: Segment, shift_s: float) -> Segment:
    return msgspec.structs.replace(segment, start_s=segment.start_s + shift_s, end_s=segment.end_s + shift_s)
