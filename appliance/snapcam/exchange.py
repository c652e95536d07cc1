"""One command to a SnapCam and what it answers, piece by piece. Pure: whoever drives it writes and waits.

writing ──each piece acknowledged──▶ reading (if an answer is expected) ──whole──▶ done
   ▲ a piece again, the whole command again ◀── refused, damaged, silent: so often, then failed
"""

from typing import Any, Literal

from appliance.snapcam.frames import ACKNOWLEDGED, AGAIN, Assembly, frame, pieces, read_acknowledgement

WAIT_S = 3.0
"""How long the camera may take for each notification."""
_TRIES = 3

Stage = Literal["writing", "reading", "done", "failed"]


class Exchange:
    """`number`: the command's type; `fields`: what goes with it. `answers`: whether more than an acknowledgement comes.

    Whoever drives it writes what `write` gives (None: nothing now), and tells what is notified, or that nothing was.
    """

    def __init__(self, number: int, *, answers: bool, **fields: str) -> None:
        self.stage: Stage = "writing"
        self.answer: dict[str, Any] = {}
        self._pieces = pieces(frame({**fields, "Type": number}))
        self._answers = answers
        self._assembly = Assembly()
        self._has_begun = False
        self._at = 0
        self._tries = 1
        self._refusals = 0
        self._next: bytes | None = self._pieces[0]

    @property
    def is_over(self) -> bool:
        return self.stage in {"done", "failed"}

    def write(self) -> bytes | None:
        """What to write now, once."""
        due, self._next = self._next, None
        return due

    def notified(self, notification: bytes) -> None:
        """What the camera says."""
        if self.stage == "writing":
            self._acknowledged(read_acknowledgement(notification))
        elif self.stage == "reading":
            self._take(notification)

    def silent(self) -> None:
        """Nothing was said for `WAIT_S`: all from the beginning."""
        if not self.is_over:
            self._anew()

    def _acknowledged(self, well: bool | None) -> None:  # noqa: FBT001 - the camera's own word
        if well is None:  # an answer to an earlier try
            return
        if not well:
            self._piece_again()
            return
        self._refusals = 0
        self._at += 1
        if self._at < len(self._pieces):
            self._next = self._pieces[self._at]
        else:
            self.stage = "reading" if self._answers else "done"

    def _piece_again(self) -> None:
        self._refusals += 1
        if self._refusals < _TRIES:
            self._next = self._pieces[self._at]
        else:
            self._anew()

    def _take(self, notification: bytes) -> None:
        if not self._has_begun and read_acknowledgement(notification) is not None:  # one that came twice
            return
        progress = self._assembly.take(notification)
        if progress == "done":
            self.stage, self.answer = "done", self._assembly.message
        elif progress == "more":
            self._has_begun = True
            self._next = ACKNOWLEDGED
        elif self._has_begun or self._refusals + 1 >= _TRIES:
            self._anew()
        else:
            self._refusals += 1
            self._assembly, self._next = Assembly(), AGAIN

    def _anew(self) -> None:
        self._tries += 1
        if self._tries > _TRIES:
            self.stage = "failed"
            return
        self.stage, self._at, self._refusals, self._has_begun = "writing", 0, 0, False
        self._assembly, self._next = Assembly(), self._pieces[0]
