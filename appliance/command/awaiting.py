"""What a waiting `moment upload` waits for. Pure: it is told what is seen and heard."""

from collections.abc import Iterable, Sequence

import msgspec

from appliance.control.messages import DepartedMemory, Memory, MemoryUpload, UploadChanged

_SETTLED = {"proven", "parked", "kept"}
"""`kept`: somebody cancelled it meanwhile."""

Key = tuple[str, int]
"""Id and part of a memory: its name may be corrected on the way."""


class Awaited:
    """The files `names`; `uploads` tells how far each is, None for one that vanished without a proof."""

    def __init__(self, names: Sequence[str]) -> None:
        self.uploads: dict[str, MemoryUpload | None] = {}
        self._names: dict[Key, str] = {}
        self._wanted = list(dict.fromkeys(names))
        self._strangers: set[str] = set()

    @property
    def settled(self) -> int:
        """How many of them nobody needs to wait for any more."""
        return sum(upload is None or upload.state in _SETTLED for upload in self.uploads.values())

    @property
    def is_over(self) -> bool:
        """Whether that is all of them."""
        return self.settled == len(self._wanted)

    @property
    def is_proven(self) -> bool:
        """Whether every one arrived."""
        return all(upload is not None and upload.state == "proven" for upload in self.uploads.values())

    def look(self, memories: Iterable[Memory], departed: Iterable[DepartedMemory]) -> None:
        """Take the whole truth, as it is on the box now."""
        by_key = {(memory.id, memory.part): memory for memory in memories}
        by_name = {memory.name: memory for memory in by_key.values()}
        left = {memory.name: _left(memory) for memory in departed}
        known = {name: key for key, name in self._names.items()}
        found: dict[str, MemoryUpload | None] = {}
        for number, name in enumerate(self._wanted):
            memory = by_key.get(known.get(name, ("", 0))) or by_name.get(name)
            if memory:
                self._wanted[number] = memory.name
                self._names[memory.id, memory.part] = memory.name
                found[memory.name] = memory.upload
            else:
                found[name] = left.get(name)
        self.uploads = found

    def hear(self, event: UploadChanged) -> bool:
        """Take one piece of news; whether it is time to look again."""
        if event.name not in self.uploads:
            is_new = event.name not in self._strangers
            self._strangers.add(event.name)
            return is_new  # it may be one of ours, under a corrected name
        before = self.uploads[event.name] or MemoryUpload(event.state, None, None, None)
        self.uploads[event.name] = msgspec.structs.replace(
            before, state=event.state, reason=event.reason, progress=event.progress
        )
        return self.is_over


def _left(memory: DepartedMemory) -> MemoryUpload:
    return MemoryUpload("proven", None, memory.proof, memory.remote_path, memory.remark)
