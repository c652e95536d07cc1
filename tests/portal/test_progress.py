"""How far the owner came: pure, and kept through a power cut."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from setup_portal.store import Store
from setup_portal.wizard.progress import STEPS, Progress, StepName, StorageSetUp, Wizard, after, before, moved_on

from appliance.control.messages import Question, SignIn

MOVES = st.lists(st.tuples(st.sampled_from(STEPS), st.booleans()), max_size=30)
QUESTION = Question("s1", "pass", "The password.", "secret", [], must_choose=False, is_required=True, default="")
SIGN_IN = SignIn("s2", "http://127.0.0.1:53682/auth", "Sign in.")


@settings(deadline=None)
@given(MOVES)
def test_a_step_that_was_done_stays_done_and_none_is_both(moves: list[tuple[StepName, bool]]) -> None:
    progress = Progress()
    for step, is_done in moves:
        earlier, progress = progress, moved_on(progress, step, is_done=is_done)
        assert set(earlier.done) <= set(progress.done)
        assert not set(progress.done) & set(progress.skipped)
        assert {*progress.done, *progress.skipped} == {*earlier.done, *earlier.skipped, step}
        untouched = [name for name in STEPS if name not in {*progress.done, *progress.skipped}]
        assert progress.at in {after(step), *untouched[:1]}
        assert (progress.at == "end") <= (step == "end" or not {*untouched} - {"end"})
        assert len(set(progress.done)) == len(progress.done)


def test_who_chose_the_password_early_comes_back_to_what_was_passed_over() -> None:
    progress = moved_on(Progress(done=["welcome", "country"]), "name", is_done=True)
    assert progress.at == "wifi"
    for step in STEPS[2:6]:
        progress = moved_on(progress, step, is_done=False)
    assert (progress.at, moved_on(progress, "name", is_done=True).at) == ("name", "end")


def test_steps_follow_each_other() -> None:
    assert [after(step) for step in STEPS] == [*STEPS[1:], "end"]
    assert [before(step) for step in STEPS] == [None, *STEPS[:-1]]


@settings(max_examples=25, deadline=None)
@given(moves=MOVES, asked=st.sampled_from([QUESTION, SIGN_IN, None]))
def test_another_process_finds_what_was_kept(
    tmp_path_factory: object, moves: list[tuple[StepName, bool]], asked: Question | SignIn | None
) -> None:
    folder = Path(tmp_path_factory.mktemp("pages"))  # type: ignore[attr-defined]
    wizard = Wizard(Store(folder))
    for step, is_done in moves:
        wizard.move_on(step, is_done=is_done)
    wizard.remember_storage(None if asked is None else StorageSetUp("webdav", "webdav-2", asked, 3))
    found = Wizard(Store(folder)).progress
    assert found == wizard.progress
    assert (found.storage and found.storage.step) == asked


def test_a_file_of_another_version_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "progress.json").write_text('{"at": "somewhere else"}')
    assert Wizard(Store(tmp_path)).progress == Progress()
    assert (tmp_path / "progress.damaged").exists()
