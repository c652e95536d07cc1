"""Start-up: the ring as the folder tells it, whatever a power cut or a stranger did to it.

Every segment that is listed in its epoch's index with the size it has is taken as it is. A segment that is
not listed was being written when the power went: it is looked at, and its end is estimated. All else is left
out and told.
"""

import math
import os
from pathlib import Path

import msgspec

from appliance.decoding import UnreadableError, decoded
from appliance.mpegts.packets import PACKET_BYTES, is_transport_stream
from appliance.recording.folder import CUT, DESCRIPTION, INDEX, RingFolder, is_epoch_name, is_segment_name
from appliance.recording.segment import Epoch, Segment, gap_is_known

UNKNOWN_BOOT = "unknown"
Index = dict[int, Segment]


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
    taken = -1
    for entry in os.scandir(folder.root):
        if is_epoch_name(entry.name):
            taken = max(taken, int(entry.name))
        if entry.is_dir(follow_symlinks=False) and is_epoch_name(entry.name):
            numbers.append(int(entry.name))
        elif not entry.name.startswith("."):
            left_out.append(f"{entry.name} is not footage: it is left alone")
    numbers.sort()
    epochs: list[Epoch] = []
    groups: list[list[Segment]] = []
    for number in numbers:
        epoch = _read_epoch(folder.epoch_path(number), number, left_out)
        epochs.append(epoch)
        try:
            groups.append(_read_segments(folder.epoch_path(number), epoch, segment_s, left_out))
        except OSError:  # a card that wears out, or a folder that is not ours
            groups.append([])
            left_out.append(f"{number:08d} cannot be read: it is left out")
    placed = _place(list(zip(epochs, groups, strict=True)), now)
    segments = _disentangled([s for group in placed for s in group], now.began_s)
    return Rebuilt(segments, epochs, left_out, taken + 1)


def _read_epoch(folder: Path, number: int, left_out: list[str]) -> Epoch:
    try:
        epoch = decoded((folder / DESCRIPTION).read_bytes(), Epoch)
    except (OSError, UnreadableError):
        left_out.append(f"{folder.name}/{DESCRIPTION} cannot be read: when its footage was taken is a guess")
        return Epoch(number, UNKNOWN_BOOT, 0.0, 0.0, wall_is_trusted=False, camera="", reason="unknown")
    return msgspec.structs.replace(epoch, number=number)


def _read_segments(folder: Path, epoch: Epoch, segment_s: float, left_out: list[str]) -> list[Segment]:
    index = _read_index(folder / INDEX, epoch.number)
    sizes: list[tuple[int, os.DirEntry[str]]] = []
    for entry in os.scandir(folder):
        if is_segment_name(entry.name):
            sizes.append((int(entry.name.removesuffix(".ts")), entry))
        elif entry.name not in (DESCRIPTION, INDEX) and not entry.name.startswith("."):
            left_out.append(f"{folder.name}/{entry.name} is not footage: it is left alone")
    sizes.sort(key=lambda item: item[0])
    segments: list[Segment] = []
    for number, entry in sizes:
        if number in index:
            is_intact = entry.stat(follow_symlinks=False).st_size == index[number].size_bytes
            segment = index[number] if is_intact else None
        else:
            before_s = segments[-1].end_s if segments else epoch.began_s
            segment = _unnoted_segment(entry, epoch, number, before_s, segment_s)
        if segment:
            segments.append(segment)
        else:
            left_out.append(f"{folder.name}/{entry.name} is empty or damaged: it is left out")
    return segments


def _unnoted_segment(
    entry: os.DirEntry[str], epoch: Epoch, number: int, before_s: float, segment_s: float
) -> Segment | None:
    status = entry.stat(follow_symlinks=False)
    if status.st_size < PACKET_BYTES or not entry.is_file(follow_symlinks=False):
        return None
    try:
        with Path(entry.path).open("rb") as file:
            head = file.read(3 * PACKET_BYTES)
    except OSError:
        return None
    if not is_transport_stream(head):
        return None
    written_s = status.st_mtime - epoch.wall_offset_s
    end_s = written_s if before_s < written_s < before_s + 4 * segment_s else before_s + segment_s
    return Segment(epoch.number, number, before_s, end_s, status.st_size, is_whole=False)


def _read_index(path: Path, epoch: int) -> Index:
    try:
        lines = path.read_text(errors="replace").split("\n")
    except OSError:
        return {}
    index: Index = {}
    for line in lines[:-1]:  # what follows the last line's end is a line that the power cut: its figures may be too
        try:
            number, start, end, size, *cut = line.split(" ")
            segment = Segment(epoch, int(number), float(start), float(end), int(size), is_whole=cut != [CUT])
        except ValueError:
            continue
        if math.isfinite(segment.duration_s) and segment.duration_s >= 0:
            index[segment.number] = segment
    return index


def _place(found: list[tuple[Epoch, list[Segment]]], now: Epoch) -> list[list[Segment]]:
    """Shift the footage of earlier boots to before this one.

    Two trusted wall clocks give the true distance. Otherwise the footage is put as near as it can have been:
    at worst a memory holds more than was asked for, never less.
    """
    placed: list[list[Segment]] = []
    later, later_start_s, shift_s = now, now.began_s, 0.0
    for epoch, segments in reversed(found):
        if not segments:
            continue
        if epoch.boot_id != later.boot_id or epoch.boot_id == UNKNOWN_BOOT:
            shift_s = _shift(epoch, segments, later, now, later_start_s)
        moved = segments if shift_s == 0 else [_moved(segment, shift_s) for segment in segments]
        placed.append(moved)
        later, later_start_s = epoch, moved[0].start_s
    placed.reverse()
    return placed


def _shift(epoch: Epoch, segments: list[Segment], later: Epoch, now: Epoch, later_start_s: float) -> float:
    latest_end_s = min(0.0, later_start_s) if later is now else later_start_s
    if epoch.wall_is_trusted and now.wall_is_trusted and gap_is_known(epoch, now):
        return min(epoch.wall_offset_s - now.wall_offset_s, latest_end_s - segments[-1].end_s)
    return latest_end_s - segments[-1].end_s


def _moved(segment: Segment, shift_s: float) -> Segment:
    return msgspec.structs.replace(segment, start_s=segment.start_s + shift_s, end_s=segment.end_s + shift_s)


def _disentangled(segments: list[Segment], now_s: float) -> list[Segment]:
    """An estimated end may lie in the future, or reach into what followed: it is taken back."""
    limit_s = now_s
    for place in range(len(segments) - 1, -1, -1):
        segment = segments[place]
        if segment.end_s > limit_s:
            segment = msgspec.structs.replace(segment, start_s=min(segment.start_s, limit_s), end_s=limit_s)
            segments[place] = segment
        limit_s = segment.start_s
    return segments
