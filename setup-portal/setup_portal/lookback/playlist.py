"""A stretch as a list for players: HTTP Live Streaming, RFC 8216. Pure.

The segments are played as they lie on the card: each is MPEG-TS that begins on a key frame (chapter 3.2). Or each as a
piece of MP4, which has its head elsewhere (3.3).
"""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from appliance.control.messages import RingSegment
from setup_portal.lookback.footage import Run

KIND = "application/vnd.apple.mpegurl"


Address = Callable[[RingSegment], str]


def playlist(runs: tuple[Run, ...], address: Address, head: Address | None = None) -> str:
    """All of it is there, and it ends. A run begins with a discontinuity (4.3.2.3) and its time of day (4.3.2.6).

    `head`: where pieces of MP4 have theirs (4.3.2.5).
    """
    longest_s = max((segment.duration_s for run in runs for segment in run.segments), default=1)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        f"#EXT-X-TARGETDURATION:{math.ceil(longest_s)}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    for number, run in enumerate(runs):
        lines += ["#EXT-X-DISCONTINUITY"] if number else []
        lines += [f'#EXT-X-MAP:URI="{head(run.segments[0])}"'] if head else []
        lines += _run(run, address)
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _run(run: Run, address: Address) -> Iterator[str]:
    began = datetime.fromtimestamp(run.start_s, UTC)
    yield f"#EXT-X-PROGRAM-DATE-TIME:{began.isoformat(timespec='milliseconds').replace('+00:00', 'Z')}"
    for segment in run.segments:
        yield f"#EXTINF:{segment.duration_s:.3f},"
        yield address(segment)
