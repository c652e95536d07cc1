"""What the socket is answered about uploads."""

from datetime import datetime

import pytest

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    CancelUpload,
    Departed,
    DepartedAnswer,
    MemoryUpload,
    Share,
    ShareAnswer,
    Upload,
    UploadAnswer,
    UploadProgress,
    UploadStatus,
)
from appliance.control.values import as_message
from appliance.memories.model import Entry, Press
from appliance.recording.segment import Key
from appliance.service import upload
from appliance.storage.model import StorageRefusedError
from appliance.upload.model import Account, Job, Progress, Summary, UploadRefusedError
from tests.stands.rooms import HandStorage, HandUploads

FAR = Progress(1, 2, 3.0, None)
PROVEN = Account("proven", None, "sha256", "garage:moments/a.mp4")


class HandShelf:
    """Implements `Shelf`: it has one memory."""

    async def find(self, name: str) -> tuple[Entry, object] | None:
        press = Press("boot", 0.0, 0.0, 0, "trusted")
        key = Key(0, 0)
        entry = Entry("a.mp4", "id", 1, 1, press, 1.0, 1.0, [], 1, "", 0.0, key, key, "c")
        return (entry, None) if name == "a.mp4" else None


def answers_of(room: HandUploads, storage: HandStorage | None = None) -> upload.Upload:
    return upload.Upload(room, HandShelf(), storage or HandStorage())


async def test_a_proven_copy_gets_a_link_be_it_here_or_gone() -> None:
    storage = HandStorage()
    gone = Job("k", "id", "b.mp4", 0.0, 1, "", remote_path="garage:b.mp4")
    answers = answers_of(HandUploads(accounts={"a.mp4": PROVEN}, gone=[gone]), storage)

    assert await answers.ask(Share("a.mp4")) == ShareAnswer("a.mp4", "https://storage.example/garage:moments/a.mp4")
    assert await answers.ask(Share("b.mp4")) == ShareAnswer("b.mp4", "https://storage.example/garage:b.mp4")
    assert storage.asked == [("link", "garage:moments/a.mp4"), ("link", "garage:b.mp4")]


async def test_what_is_not_proven_has_no_link() -> None:
    answers = answers_of(HandUploads())

    with pytest.raises(RefusedError, match="upload it first"):
        await answers.ask(Share("a.mp4"))
    with pytest.raises(RefusedError, match=r"There is no memory b\.mp4"):
        await answers.ask(Share("b.mp4"))
    refusing = HandStorage(refusal=StorageRefusedError("This kind of storage makes no public links."))
    with pytest.raises(RefusedError, match="makes no public links"):
        await answers_of(HandUploads(accounts={"a.mp4": PROVEN}), refusing).ask(Share("a.mp4"))


async def test_names_are_handed_on_and_what_was_taken_up_is_told() -> None:
    room = HandUploads()
    answers = answers_of(room)

    assert await answers.ask(Upload(["a", "b"])) == UploadAnswer(["a"])
    assert await answers.ask(CancelUpload()) == UploadAnswer([])
    assert room.asked == [("ask", ["a", "b"]), ("cancel", [])]


@pytest.mark.parametrize("asked", [Upload(), CancelUpload(["x"])])
async def test_a_refusal_is_passed_on_with_its_sentence(asked: Upload | CancelUpload) -> None:
    answers = answers_of(HandUploads(refusal=UploadRefusedError("Nothing is uploaded: set it up.")))

    with pytest.raises(RefusedError, match=r"^Nothing is uploaded: set it up\.$"):
        await answers.ask(asked)


async def test_what_has_left_the_box_is_told() -> None:
    job = Job("c#1", "m1", "x.mp4", 1_800_000_000.25, 7, "ab", remote_path="r:x", proof="size", proven_wall_s=1.8e9)
    answer = await answers_of(HandUploads(gone=[job])).ask(Departed())

    assert isinstance(answer, DepartedAnswer)
    (told,) = answer.departed
    assert (told.id, told.name, told.size_bytes, told.sha256) == ("m1", "x.mp4", 7, "ab")
    assert (told.remote_path, told.proof, told.remark) == ("r:x", "size", None)
    assert datetime.fromisoformat(told.pressed_at).timestamp() == 1_800_000_000.25
    assert told.proven_at is not None
    assert datetime.fromisoformat(told.proven_at).timestamp() == 1.8e9


async def test_what_has_left_the_box_is_told_in_pages() -> None:
    jobs = [Job(f"c{n}#1", f"m{n}", f"{n}.mp4", 100.0 - n // 2, 7, "ab") for n in range(5)]
    gone = sorted(jobs, key=lambda job: (job.pressed_wall_s, job.key), reverse=True)
    room = HandUploads(gone=[*gone])
    first = await answers_of(room).ask(Departed(limit=2))
    assert isinstance(first, DepartedAnswer)
    room.gone.insert(0, Job("new#1", "m9", "new.mp4", 900.0, 7, "ab"))
    room.gone.remove(gone[1])  # whatever comes and goes, the next page begins where this one ended
    second = await answers_of(room).ask(Departed(limit=2, before=first.next))
    assert isinstance(second, DepartedAnswer)
    last = await answers_of(room).ask(Departed(before=second.next))
    assert isinstance(last, DepartedAnswer)
    told = [memory.id for page in (first, second, last) for memory in page.departed]
    assert (told, last.next) == ([job.id for job in gone], None)
    with pytest.raises(RefusedError, match="first one"):
        await answers_of(room).ask(Departed(before="nonsense"))


def test_the_values_of_the_upload_have_the_fields_of_their_messages() -> None:
    account = Account("uploading", "why", None, "r:x", "mind this", FAR)
    summary = Summary("r:", "uploading", None, 1, 2, 3, 4, "x.mp4", FAR)
    far = UploadProgress(1, 2, 3.0, None)

    assert as_message(account, MemoryUpload) == MemoryUpload("uploading", "why", None, "r:x", "mind this", far)
    assert as_message(summary, UploadStatus) == UploadStatus("r:", "uploading", None, 1, 2, 3, 4, "x.mp4", far)
