"""What the socket is answered about storages."""

import pytest

from appliance.control import messages
from appliance.control.errors import RefusedError
from appliance.control.messages import StorageRequest
from appliance.service.storage import Storage
from appliance.storage import model
from tests.stands.rooms import HandStorage

QUESTION = model.Question(
    "s1", "vendor", "Who made it?", "text", [model.Choice("other", "Others")], must_choose=True, is_required=False,
    default="other", trouble="what?",
)  # fmt: skip
STEPS: list[tuple[model.Step, messages.Step]] = [
    (
        QUESTION,
        messages.Question(
            "s1", "vendor", "Who made it?", "text", [messages.Choice("other", "Others")], must_choose=True,
            is_required=False, default="other", trouble="what?",
        ),
    ),
    (model.SignIn("s1", "http://x", "Sign in."), messages.SignIn("s1", "http://x", "Sign in.")),
    (model.Ready(model.Remote("garage", "webdav")), messages.Ready(messages.Remote("garage", "webdav"))),
]  # fmt: skip


@pytest.mark.parametrize(("step", "said"), STEPS)
async def test_every_step_of_a_set_up_is_told(step: model.Step, said: messages.Step) -> None:
    room = HandStorage(steps=[step, step])
    storage = Storage(room)

    assert await storage.ask(messages.StorageBegin("garage", "webdav", {"url": "x"})) == said
    assert await storage.ask(messages.StorageReply("s1", "value")) == said
    assert room.asked == [("begin", "garage", "webdav", {"url": "x"}), ("answer", "s1", "value")]


async def test_what_is_there_is_told() -> None:
    storage = Storage(HandStorage())

    assert await storage.ask(messages.StorageBackends()) == messages.BackendsAnswer(
        [messages.Backend("webdav", "WebDAV", signs_in=False, rank=1)]
    )
    assert await storage.ask(messages.StorageRemotes()) == messages.RemotesAnswer([messages.Remote("garage", "webdav")])
    assert await storage.ask(messages.StorageTest("garage:moments")) == messages.StorageTested(
        "garage:moments", 1.5, "sha256", messages.Space(None, 10)
    )


async def test_giving_up_and_forgetting_are_done() -> None:
    room = HandStorage()
    storage = Storage(room)

    assert isinstance(await storage.ask(messages.StorageAbort("s1")), messages.Done)
    assert await storage.ask(messages.StorageRemove("garage")) == messages.Done(
        "garage is forgotten; the files in it stay where they are."
    )
    assert room.asked == [("abort", "s1"), ("remove", "garage")]


REQUESTS: list[StorageRequest] = [
    messages.StorageBackends(),
    messages.StorageRemotes(),
    messages.StorageTest("a"),
    messages.StorageBegin("a", "b"),
    messages.StorageReply("s", "v"),
    messages.StorageAbort("s"),
    messages.StorageRemove("a"),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: type(request).__name__)
async def test_a_refusal_is_passed_on_with_its_sentence(request_: StorageRequest) -> None:
    storage = Storage(HandStorage(refusal=model.StorageRefusedError("It is full: make room.")))

    with pytest.raises(RefusedError, match=r"^It is full: make room\.$"):
        await storage.ask(request_)
