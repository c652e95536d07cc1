"""What is answered about the footage that the ring still holds. Nothing on the card is touched for it."""

from itertools import pairwise

from appliance.clock import Clock
from appliance.control.messages import Ring as RingRequest
from appliance.control.messages import RingAnswer, RingGap, RingSegment
from appliance.recording.ring import Ring
from appliance.recording.segment import Epoch, Key, OpenSegment, Segment, gap_is_known
from appliance.recording.store import RingStore
from appliance.service.portions import in_portions

SMALLEST_TOLD_S = 0.25
"""A shorter hole is the camera's own rhythm."""

Piece = Segment | OpenSegment


class WallTime:
    """Instants of the monotonic clock as the wall clock of now has them, and back: distances stay as they are."""

    def __init__(self, clock: Clock) -> None:
        self.now_s = clock.monotonic_s()
        self._offset_s = clock.wall_s() - self.now_s

    def wall_s(self, at_s: float) -> float:
        """Seconds since 1970 of a monotonic instant."""
        return round(at_s + self._offset_s, 3)

    def at_s(self, wall_s: float) -> float:
        """The monotonic instant of seconds since 1970."""
        return wall_s - self._offset_s


class Lookback:
    """Reads the ring page by page."""

    def __init__(self, store: RingStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def answer(self, request: RingRequest) -> RingAnswer:
        """The part that is asked for, as it is now."""
        time, ring = WallTime(self._clock), self._store.ring
        since_s = float("-inf") if request.since_s is None else time.at_s(request.since_s)
        until_s = float("inf") if request.until_s is None else time.at_s(request.until_s)
        before, found = _page(ring, request, since_s, until_s)
        told = found[: request.limit]
        last = ring.open or ring.newest
        start_s, end_s = ring.oldest_start_s, None if last is None else time.wall_s(_end_s(last, time))
        epochs = dict(ring.epochs)
        return RingAnswer(
            directory=str(self._store.folder.root.absolute()),
            segments=await in_portions(told, lambda piece: _message(piece, time)),
            gaps=await _gaps_between([*([before] if before else []), *told], epochs, time),
            start_s=None if start_s is None else time.wall_s(start_s),
            end_s=end_s,
            time_quality="trusted" if self._clock.is_trusted() else "provisional",
            next=_cursor(told[-1]) if len(found) > len(told) else None,
        )


async def _gaps_between(pieces: list[Piece], epochs: dict[int, Epoch], time: WallTime) -> list[RingGap]:
    """Where no footage follows on a piece, and why."""
    gaps = await in_portions(list(pairwise(pieces)), lambda pair: _gap(*pair, epochs, time))
    return [gap for gap in gaps if gap]


def _gap(one: Piece, after: Piece, epochs: dict[int, Epoch], time: WallTime) -> RingGap | None:
    end_s = _end_s(one, time)
    before_epoch, epoch = epochs.get(one.epoch), epochs.get(after.epoch)
    is_known = before_epoch is epoch or (before_epoch and epoch and gap_is_known(before_epoch, epoch))
    length_s = round(after.start_s - end_s, 3)
    if is_known and length_s < SMALLEST_TOLD_S:
        return None
    is_one_epoch = one.epoch == after.epoch
    reason = "a piece of the recording is missing" if is_one_epoch else epoch.reason if epoch else "unknown"
    return RingGap(time.wall_s(end_s), length_s if is_known else None, reason)


def _page(ring: Ring, request: RingRequest, since_s: float, until_s: float) -> tuple[Segment | None, list[Piece]]:
    """One piece more than is wanted, if there is one."""
    after = _key(request.after) if request.after else None
    before, closed = ring.page(since_s, after, request.limit + 1)
    found: list[Piece] = [segment for segment in closed if segment.start_s < until_s]
    is_all = len(found) == len(closed) <= request.limit
    if is_all and ring.open and ring.open.start_s < until_s and (after is None or ring.open.key > after):
        found.append(ring.open)
    return before, found


def _message(piece: Piece, time: WallTime) -> RingSegment:
    return RingSegment(
        epoch=piece.epoch,
        number=piece.number,
        start_s=time.wall_s(piece.start_s),
        duration_s=round(_end_s(piece, time) - piece.start_s, 3),
        path=piece.key.path,
        size_bytes=piece.size_bytes,
        is_open=isinstance(piece, OpenSegment),
    )


def _end_s(piece: Piece, time: WallTime) -> float:
    return piece.end_s if isinstance(piece, Segment) else max(piece.start_s, time.now_s)


def _key(cursor: str) -> Key:
    epoch, number = cursor.split("-")
    return Key(int(epoch), int(number))


def _cursor(piece: Piece) -> str:
    return f"{piece.epoch}-{piece.number}"
