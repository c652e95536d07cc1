"""A storage room without rclone: two kinds of storage that can be set up, one by questions, one by signing in."""

import asyncio
import threading
from typing import Literal

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Answer,
    Backend,
    BackendsAnswer,
    Choice,
    Done,
    Question,
    Ready,
    Remote,
    RemotesAnswer,
    SignIn,
    Space,
    Step,
    StorageAbort,
    StorageBackends,
    StorageBegin,
    StorageRemotes,
    StorageRemove,
    StorageReply,
    StorageRequest,
    StorageTest,
    StorageTested,
)

BACKENDS = [
    Backend("drive", "Google Drive", signs_in=True, rank=1),
    Backend("webdav", "WebDAV", signs_in=False, rank=2),
    Backend("pcloud", "Pcloud", signs_in=True),
    Backend("premiumizeme", "premiumize.me", signs_in=True),
]
VENDORS = [Choice("nextcloud", "Nextcloud"), Choice("other", "Other site/service or software")]
YES_NO = [Choice("true", "Yes"), Choice("false", "No")]
LINK = "http://127.0.0.1:53682/auth?state=abc"


Kind = Literal["text", "secret", "yes-no", "number"]


class SetUp:
    """One conversation."""

    def __init__(self, session: str, name: str, kind: str) -> None:
        self.session = session
        self.remote = Remote(name, kind)
        self.said: list[str] = []
        self.trouble: str | None = None

    def reply(self, value: str) -> None:
        """Take the answer to the last step, if it will do."""
        is_address = "://" in value or len(self.said) > 0
        self.trouble = None if is_address else "This is no address: it begins with https://."
        if is_address:
            self.said.append(value)

    def step(self) -> Step:
        """What has to be known next."""
        if self.remote.kind == "drive":
            ready = Ready(self.remote)
            return ready if self.said else SignIn(self.session, LINK, "Sign in to Google Drive.", self.trouble)
        questions = [
            self._question("url", "The address of your WebDAV server.", is_required=True),
            self._question("vendor", "Who made it?", choices=VENDORS, must_choose=True, default="nextcloud"),
            self._question("pass", "The password.", "secret"),
            self._question("port", "The port.", "number", choices=[Choice("443", "the usual one")]),
            self._question("keep", "Is this right?", "yes-no", choices=YES_NO, must_choose=True, default="true"),
        ]
        return questions[len(self.said)] if len(self.said) < len(questions) else Ready(self.remote)

    def _question(
        self,
        key: str,
        text: str,
        kind: Kind = "text",
        *,
        choices: list[Choice] | None = None,
        must_choose: bool = False,
        is_required: bool = False,
        default: str = "",
    ) -> Question:
        return Question(self.session, key, text, kind, choices or [], must_choose, is_required, default, self.trouble)


class StandInStorage:
    """Keeps its storages in a list; `set_ups` are those that are half-made."""

    def __init__(self) -> None:
        self.remotes: list[Remote] = []
        self.set_ups: dict[str, SetUp] = {}
        self.begun = 0
        self.finished: list[SetUp] = []
        self.may_test = asyncio.Event()
        """A test of a storage takes until this is set."""
        self.may_test.set()
        self.may_begin = asyncio.Event()
        """So does the beginning of a set-up."""
        self.may_begin.set()
        self.has_begun = threading.Event()
        """Tells another thread that one was asked for."""

    async def ask(self, request: StorageRequest) -> Answer:  # noqa: PLR0911 - a table: one line for each request
        """The answer to one request."""
        match request:
            case StorageBackends():
                return BackendsAnswer(BACKENDS)
            case StorageRemotes():
                return RemotesAnswer(self.remotes)
            case StorageTest(remote):
                return await self._test(remote)
            case StorageBegin():
                return await self._begin(request)
            case StorageReply(session, value):
                return self._reply(session, value)
            case StorageAbort(session):
                self.set_ups.pop(session, None)
                return Done("Given up; nothing of it remains.")
            case StorageRemove(name):
                self.remotes.remove(self._find(name))
                return Done(f"{name} is forgotten; the files in it stay where they are.")

    def _find(self, name: str) -> Remote:
        found = next((remote for remote in self.remotes if remote.name == name), None)
        if found is None:
            raise RefusedError(f"There is no storage {name}: `moment storage list` lists those that are set up.")
        return found

    async def _test(self, remote: str) -> StorageTested:
        self._find(remote.partition(":")[0])
        await self.may_test.wait()
        return StorageTested(remote, took_s=1.25, proof="sha256", space=Space(12_000_000_000, 15_000_000_000))

    async def _begin(self, request: StorageBegin) -> Step:
        self.has_begun.set()
        await self.may_begin.wait()
        if request.kind not in {backend.kind for backend in BACKENDS}:
            raise RefusedError(f"There is no kind of storage {request.kind}.")
        self.begun += 1
        session = f"s{self.begun}"
        self.set_ups[session] = SetUp(session, request.name, request.kind)
        return self.set_ups[session].step()

    def _reply(self, session: str, value: str) -> Step:
        set_up = self.set_ups.get(session)
        if set_up is None:
            raise RefusedError("This set-up is over: begin it anew.")
        set_up.reply(value)
        step = set_up.step()
        if isinstance(step, Ready):
            self.finished.append(self.set_ups.pop(session))
            self.remotes.append(step.remote)
        return step
