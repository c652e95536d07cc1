"""The rooms behind the control socket, with values that a test puts in."""

from dataclasses import dataclass, field

from appliance.memories.model import Entry
from appliance.storage.model import Backend, Remote, Space, Step, Tested
from appliance.upload.model import Account, Job, Summary

KEPT = Account("kept", "It stays here until somebody asks.", proof=None, remote_path=None)
OFF = Summary(None, "off", "No storage is set.", waiting=0, parked=0, proven=0, spent_bytes=0)


@dataclass
class HandUploads:
    """Implements the service's `Uploads`."""

    accounts: dict[str, Account] = field(default_factory=dict)
    told: Summary = OFF
    gone: list[Job] = field(default_factory=list)
    refusal: Exception | None = None
    asked: list[tuple[str, list[str]]] = field(default_factory=list)

    def account(self, entry: Entry) -> Account:
        return self.accounts.get(entry.name, KEPT)

    def summary(self) -> Summary:
        return self.told

    async def ask(self, names: list[str]) -> list[str]:
        return self._take("ask", names)

    async def cancel(self, names: list[str]) -> list[str]:
        return self._take("cancel", names)

    def departed(self) -> list[Job]:
        return self.gone

    def _take(self, what: str, names: list[str]) -> list[str]:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append((what, names))
        return names[:1]


@dataclass
class HandStorage:
    """Implements the service's `StorageRoom`. `steps` are handed out in order."""

    steps: list[Step] = field(default_factory=list)
    refusal: Exception | None = None
    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def backends(self) -> list[Backend]:
        self._note("backends")
        return [Backend("webdav", "WebDAV", signs_in=False, rank=1)]

    async def remotes(self) -> list[Remote]:
        self._note("remotes")
        return [Remote("garage", "webdav")]

    async def test(self, remote: str) -> Tested:
        self._note("test", remote)
        return Tested(remote, 1.5, "sha256", Space(None, 10))

    async def begin(self, name: str, kind: str, parameters: dict[str, str]) -> Step:
        self._note("begin", name, kind, parameters)
        return self.steps.pop(0)

    async def answer(self, session: str, value: str) -> Step:
        self._note("answer", session, value)
        return self.steps.pop(0)

    async def abort(self, session: str) -> None:
        self._note("abort", session)

    async def remove(self, name: str) -> None:
        self._note("remove", name)

    async def link(self, path: str) -> str:
        self._note("link", path)
        return f"https://storage.example/{path}"

    def _note(self, *asked: object) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append(asked)
