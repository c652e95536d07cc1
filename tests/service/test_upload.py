"""What the socket is answered about uploads."""

from datetime import datetime

import pytest

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    CancelUpload,
    Departed,
    DepartedAnswer,
    MemoryUpload,
    Upload,
    UploadAnswer,
    UploadProgress,
    UploadStatus,
)
from appliance.control.values import as_message
from appliance.service import upload
from appliance.upload.model import Account, Job, Progress, Summary, UploadRefusedError
from tests.stands.rooms import HandUploads

FAR = Progress(1, 2, 3.0, None)


async def test_names_are_handed_on_and_what_was_taken_up_is_told() -> None:
    room = HandUploads()
    answers = upload.Upload(room)

    assert await answers.ask(Upload(["a", "b"])) == UploadAnswer(["a"])
    assert await answers.ask(CancelUpload()) == UploadAnswer([])
    assert room.asked == [("ask", ["a", "b"]), ("cancel", [])]


@pytest.mark.parametrize("asked", [Upload(), CancelUpload(["x"])])
async def test_a_refusal_is_passed_on_with_its_sentence(asked: Upload | CancelUpload) -> None:
    answers = upload.Upload(HandUploads(refusal=UploadRefusedError("Nothing is uploaded: set it up.")))

    with pytest.raises(RefusedError, match=r"^Nothing is uploaded: set it up\.$"):
        await answers.ask(asked)


async def test_what_has_left_the_box_is_told() -> None:
    job = Job("c#1", "m1", "x.mp4", 1_800_000_000.25, 7, "ab", remote_path="r:x", proof="size", proven_wall_s=1.8e9)
    answer = await upload.Upload(HandUploads(gone=[job])).ask(Departed())

    assert isinstance(answer, DepartedAnswer)
    (told,) = answer.departed
    assert (told.id, told.name, told.size_bytes, told.sha256) == ("m1", "x.mp4", 7, "ab")
    assert (told.remote_path, told.proof, told.remark) == ("r:x", "size", None)
    assert datetime.fromisoformat(told.pressed_at).timestamp() == 1_800_000_000.25
    assert told.proven_at is not None
    assert datetime.fromisoformat(told.proven_at).timestamp() == 1.8e9


def test_the_values_of_the_upload_have_the_fields_of_their_messages() -> None:
    account = Account("uploading", "why", None, "r:x", "mind this", FAR)
    summary = Summary("r:", "uploading", None, 1, 2, 3, 4, "x.mp4", FAR)
    far = UploadProgress(1, 2, 3.0, None)

    assert as_message(account, MemoryUpload) == MemoryUpload("uploading", "why", None, "r:x", "mind this", far)
    assert as_message(summary, UploadStatus) == UploadStatus("r:", "uploading", None, 1, 2, 3, 4, "x.mp4", far)
