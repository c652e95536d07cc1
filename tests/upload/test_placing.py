"""Names on the storage, and what may be done with what lies there."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.upload.model import Facts, Job, RemoteFile
from appliance.upload.placing import candidates, judge, mark, split

ATOMIC = Facts("s3", ("md5",), can_move=True, is_atomic=True)
MOVING = Facts("webdav", (), can_move=True, is_atomic=False)
BARE = Facts("http-put", (), can_move=False, is_atomic=False)
PATH = "garage:moments/a.mp4"


def job(*, begun_at: str | None = None) -> Job:
    return Job("c-1#1", "m-1", "a.mp4", 1.8e9, 1000, "00", remote_path=begun_at, is_begun=begun_at is not None)


def test_the_next_names() -> None:
    assert list(islice(candidates(PATH), 3)) == [PATH, "garage:moments/a-2.mp4", "garage:moments/a-3.mp4"]
    assert list(islice(candidates("garage:v1.2/a"), 2)) == ["garage:v1.2/a", "garage:v1.2/a-2"]
    assert len(set(candidates(PATH))) == 99


@pytest.mark.parametrize(
    ("path", "folder"), [("garage:a.mp4", "garage:"), ("garage:b/a.mp4", "garage:b/"), ("disk:/mnt/a", "disk:/mnt/")]
)
def test_split(path: str, folder: str) -> None:
    assert split(path) == (folder, path.removeprefix(folder))


@given(st.text())
def test_marks_are_plain_and_a_jobs_own(key: str) -> None:
    own = mark(Job(key, "m-1", "a.mp4", 0, 0, ""))
    assert own.endswith(".partial")
    assert own.removeprefix(".").removesuffix(".partial").isalnum()
    assert own != mark(Job(key + "x", "m-1", "a.mp4", 0, 0, ""))


CASES = [
    (None, None, None, ATOMIC, "free"),
    (RemoteFile(1000, "aa"), "aa", None, ATOMIC, "ours"),
    (RemoteFile(1000, "bb"), "aa", None, ATOMIC, "taken"),
    (RemoteFile(1000, "bb"), "aa", PATH, ATOMIC, "taken"),
    (RemoteFile(999), None, PATH, ATOMIC, "taken"),
    (RemoteFile(1000), None, None, MOVING, "unsure"),
    (RemoteFile(1000), None, PATH, MOVING, "ours"),
    (RemoteFile(1000), None, "garage:moments/b.mp4", MOVING, "unsure"),
    (RemoteFile(999), None, PATH, MOVING, "taken"),
    (RemoteFile(-1), None, PATH, MOVING, "taken"),
    (RemoteFile(999), None, PATH, BARE, "overwrite"),
    (RemoteFile(1000, "bb"), "aa", PATH, BARE, "overwrite"),
    (RemoteFile(999), None, None, BARE, "taken"),
]


@pytest.mark.parametrize(("found", "own", "begun_at", "facts", "verdict"), CASES)
def test_verdicts(found: RemoteFile | None, own: str | None, begun_at: str | None, facts: Facts, verdict: str) -> None:
    assert judge(found, own, job(begun_at=begun_at), PATH, facts) == verdict


@given(
    st.one_of(st.none(), st.builds(RemoteFile, st.integers(-1, 1001), st.sampled_from([None, "aa", "bb"]))),
    st.sampled_from([None, "aa"]),
    st.sampled_from([ATOMIC, MOVING, BARE]),
)
def test_what_we_did_not_begin_is_never_overwritten(found: RemoteFile | None, own: str | None, facts: Facts) -> None:
    assert judge(found, own, job(), PATH, facts) != "overwrite"
