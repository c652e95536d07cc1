"""How far the owner came: kept on the card, so that a power cut costs no step."""

from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from appliance.control.messages import Question, SignIn
from setup_portal.store import Store

StepName = Literal["welcome", "country", "wifi", "camera", "storage", "behaviour", "name", "end"]
STEPS: tuple[StepName, ...] = get_args(StepName)


class StorageSetUp(msgspec.Struct, frozen=True):
    """A storage that is half set up. `number` tells an old form from the one that is asked now."""

    kind: str
    name: str
    step: Question | SignIn
    number: int = 1


class Progress(msgspec.Struct, frozen=True):
    """`progress.json`."""

    at: StepName = "welcome"
    done: list[StepName] = msgspec.field(default_factory=list)
    skipped: list[StepName] = msgspec.field(default_factory=list)
    is_over: bool = False
    """The owner has seen the end: from then on the first page is the box's."""
    storage: StorageSetUp | None = None


def after(step: StepName) -> StepName:
    """The next step."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def before(step: StepName) -> StepName | None:
    """The step to go back to; None at the first."""
    place = STEPS.index(step)
    return STEPS[place - 1] if place else None


def moved_on(progress: Progress, step: StepName, *, is_done: bool) -> Progress:
    """A step was taken, or skipped; a step that was done once stays done. The end comes when none was passed over."""
    done = [*progress.done, step] if is_done and step not in progress.done else progress.done
    passed = [*progress.skipped, step] if not is_done and step not in progress.skipped else progress.skipped
    skipped = [name for name in passed if name not in done]
    untouched = [name for name in STEPS if name not in {*done, *skipped}]
    following = after(step)
    at = untouched[0] if following == "end" != step and untouched else following
    return msgspec.structs.replace(progress, at=at, done=done, skipped=skipped)


def left(progress: Progress, *, has_wifi: bool) -> tuple[StepName, ...]:
    """The steps that are still to be taken. `has_wifi`: a network was proven, whoever went on from there or did not."""
    taken = {*progress.done, *(("wifi",) if has_wifi else ())}
    return tuple(step for step in STEPS[:-1] if step not in taken)


class Wizard:
    """The progress in its file. Two phones may be at it at once: the file is read anew each time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def progress(self) -> Progress:
        """How far the owner came."""
        return self._store.read("progress", Progress)

    def move_on(self, step: StepName, *, is_done: bool = True) -> StepName:
        """Remember a step, and give the next one."""
        return self._change(lambda progress: moved_on(progress, step, is_done=is_done)).at

    def remember_storage(self, set_up: StorageSetUp | None) -> None:
        """What is asked now while a storage is set up."""
        self._change(lambda progress: msgspec.structs.replace(progress, storage=set_up))

    def finish(self) -> None:
        """The owner has seen the end."""
        self._change(lambda progress: msgspec.structs.replace(moved_on(progress, "end", is_done=True), is_over=True))

    def _change(self, how: Callable[[Progress], Progress]) -> Progress:
        with self._store.lock:
            progress = how(self.progress)
            self._store.write("progress", progress)
        return progress
