"""What a waiting upload waits for, whatever happens meanwhile."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from appliance.command.awaiting import Awaited
from appliance.control.messages import DepartedMemory, Memory, MemoryUpload, UploadChanged, UploadState

WAITING = MemoryUpload("waiting", "There is no network.", None, None)
PROVEN = MemoryUpload("proven", None, "sha256", "garage:x")


def memory(number: int, upload: MemoryUpload = WAITING, **changes: Any) -> Memory:
    made = Memory(
        name=f"{number}-MEMORY.mp4", path="", pressed_at="", asked_s=1, got_s=1, gaps=[], size_bytes=1, sha256="",
        id=f"m{number}", time_quality="trusted", upload=upload,
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def departed(number: int) -> DepartedMemory:
    return DepartedMemory(f"m{number}", f"{number}-MEMORY.mp4", "", 1, "", "garage:x", "sha256", None)


def awaited(*numbers: int) -> Awaited:
    made = Awaited([f"{number}-MEMORY.mp4" for number in numbers])
    made.look([memory(number) for number in numbers], [])
    return made


def test_it_is_over_when_each_is_proven() -> None:
    waiting = awaited(1, 2)

    assert not waiting.hear(UploadChanged("1-MEMORY.mp4", "proven"))
    assert not waiting.is_over
    assert waiting.hear(UploadChanged("2-MEMORY.mp4", "proven"))
    assert waiting.is_over
    assert waiting.is_proven


def test_one_that_is_parked_or_cancelled_ends_the_waiting_unproven() -> None:
    states: tuple[UploadState, ...] = ("parked", "kept")
    for state in states:
        waiting = awaited(1)
        assert waiting.hear(UploadChanged("1-MEMORY.mp4", state, "why"))
        assert waiting.is_over
        assert not waiting.is_proven


def test_one_that_left_the_box_is_proven_by_what_departed() -> None:
    waiting = awaited(1)
    waiting.look([], [departed(1)])

    assert waiting.is_proven
    assert waiting.uploads == {"1-MEMORY.mp4": PROVEN}


def test_one_that_vanished_without_proof_is_over_and_not_proven() -> None:
    waiting = awaited(1)
    waiting.look([], [departed(2)])

    assert waiting.is_over
    assert not waiting.is_proven
    assert waiting.uploads == {"1-MEMORY.mp4": None}


def test_a_corrected_name_is_followed() -> None:
    waiting = awaited(1)

    assert waiting.hear(UploadChanged("2026-MEMORY.mp4", "uploading")), "a stranger may be ours"
    assert not waiting.hear(UploadChanged("2026-MEMORY.mp4", "uploading")), "but is asked about once"
    waiting.look([memory(1, name="2026-MEMORY.mp4")], [])
    assert waiting.hear(UploadChanged("2026-MEMORY.mp4", "proven"))
    waiting.look([], [msgspec.structs.replace(departed(1), name="2026-MEMORY.mp4")])

    assert waiting.uploads == {"2026-MEMORY.mp4": PROVEN}


def test_a_memory_that_grew_is_followed_by_its_name() -> None:
    waiting = awaited(1)
    waiting.look([memory(1, id="m7")], [])
    waiting.look([memory(1, id="m7", name="new-MEMORY.mp4", upload=PROVEN)], [])

    assert waiting.uploads == {"new-MEMORY.mp4": PROVEN}


def test_parts_are_told_apart() -> None:
    waiting = Awaited(["a", "b"])
    waiting.look([memory(1, name="a"), memory(1, PROVEN, name="b", part=2)], [])

    assert waiting.settled == 1
    assert not waiting.is_over


STATES = st.sampled_from(["kept", "waiting", "uploading", "proven", "parked"])
NEWS = st.lists(st.tuples(st.integers(0, 3), STATES), max_size=12)


@given(st.sets(st.integers(0, 2), min_size=1), NEWS, st.sets(st.integers(0, 3)))
def test_what_is_seen_at_last_is_the_truth(wanted: set[int], news: list[tuple[int, Any]], proven: set[int]) -> None:
    """However much was heard, and misheard, before."""
    waiting = awaited(*wanted)
    for number, state in news:
        waiting.hear(UploadChanged(f"{number}-MEMORY.mp4", state))
    waiting.look([memory(n) for n in range(4) if n not in proven], [departed(n) for n in proven])

    assert waiting.is_proven == (wanted <= proven)
    assert waiting.is_over == (wanted <= proven)
    assert set(waiting.uploads) == {f"{number}-MEMORY.mp4" for number in wanted}
