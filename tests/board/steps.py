"""Says what a story does and how long each of its steps took, and keeps that as a table."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Steps:
    """One story's steps. `say` prints at once, also in a test whose output is kept back."""

    title: str
    rows: list[tuple[str, str]] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step; a failed one is told as such and fails the story."""
        began_s = time.monotonic()
        self._say(f"… {name}")
        try:
            yield
        except BaseException:
            self._row(name, f"FAILED after {time.monotonic() - began_s:.1f} s")
            raise
        self._row(name, f"{time.monotonic() - began_s:.1f} s")

    def skip(self, name: str, reason: str) -> None:
        """A step that this image has not, and why."""
        self._row(name, f"skipped: {reason}")

    def fact(self, name: str, value: str) -> None:
        """Something that was measured."""
        self._row(name, value)

    def write(self, folder: Path) -> None:
        """Keep the table in `folder`, as Markdown."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"## {self.title}", "", "| step | time |", "|---|---|", *(f"| {a} | {b} |" for a, b in self.rows)]
        (folder / f"{self.title.replace(' ', '-').lower()}.md").write_text("\n".join(lines) + "\n")

    def _row(self, name: str, outcome: str) -> None:
        self.rows.append((name, outcome))
        self._say(f"{outcome:>12}  {name}")

    def _say(self, text: str) -> None:
        print(text, flush=True)  # noqa: T201 - the times of the steps are for whoever runs the board test
