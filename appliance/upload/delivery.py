"""One file is brought to the storage and proven to be there (promise U1).

Every step may be the last one before a power cut: the next life looks at what lies there and goes on. A file is seen
under its final name only when it is whole, as far as the kind of storage allows that; what somebody else put there is
never overwritten; "done" is said only of what the storage itself showed us afterwards.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from appliance.upload.backends import low_memory_flags
from appliance.upload.model import Cause, Facts, Job, RemoteFile, StorageError
from appliance.upload.placing import candidates, judge, mark, split
from appliance.upload.remote import RemoteStore
from appliance.upload.symptoms import DAMAGED
from appliance.upload.transfer import Tell, Transfer

Begun = Callable[[Job], Awaitable[None]]
"""Writes down durably where a job goes; awaited before its first byte leaves the box."""


class WallClock(Protocol):
    """What names the instant of the proof."""

    def wall_s(self) -> float:
        """Seconds since 1970 (UTC) as the machine believes."""


class Delivery:
    """Delivers one file at a time. `reread`: whether the copy is read back where no hash can prove it."""

    def __init__(self, store: RemoteStore, transfer: Transfer, clock: WallClock, *, reread: bool = False) -> None:
        self._store = store
        self._transfer = transfer
        self._clock = clock
        self._reread = reread

    async def deliver(self, job: Job, file: Path, path: str, begun: Begun, tell: Tell | None = None) -> Job:
        """Bring a file to the storage, whatever earlier tries left there.

        Args:
            job: what is known of it, as it was last written down.
            file: the file on the box.
            path: where it is to go, `remote:folder/name`.
            begun: called with the job as it is to be written down.
            tell: told how far it is.

        Returns:
            The job with its proof, the path that it got, and what the owner should know.

        Raises:
            StorageError: if it is not proven to be there; it can be tried again at any time.
        """
        facts = await self._store.facts(path)
        parcel = _Parcel(self._store, facts, job, file)
        parcel.check()
        if job.is_begun and job.remote_path:
            proof = await self._earlier(parcel, job.remote_path, path)
            if proof:
                return self._proven(job, job.remote_path, proof, job.remark)
        for candidate in candidates(path):
            found, verdict = await parcel.look(candidate)
            remark = None if candidate == path else _taken(path, candidate)
            if verdict in {"ours", "unsure"} and found:
                proof = await self._proof(parcel, candidate, found, must_read=verdict == "unsure")
                if proof:
                    return self._proven(job, candidate, proof, remark)
            elif verdict in {"free", "overwrite"}:
                job = replace(job, remote_path=candidate, is_begun=True, remark=remark)
                await begun(job)
                proof = await self._send(parcel, candidate, tell)
                return self._proven(job, candidate, proof, remark)
            await self._store.make_sure(candidate)
        raise StorageError(Cause("memory", f"All names from {split(path)[1]} on are taken by other files."))

    async def _earlier(self, parcel: "_Parcel", earlier: str, path: str) -> str | None:
        """Clear away what an earlier try left unfinished; the proof, if it had brought the file there."""
        is_elsewhere = earlier.partition(":")[0] != path.partition(":")[0]
        try:
            await self._sweep(parcel.job, earlier)
            if is_elsewhere:
                return None
            found, verdict = await parcel.look(earlier)
            if verdict == "ours" and found:
                return await self._proof(parcel, earlier, found)
            if verdict == "overwrite" and earlier != path:
                await self._store.delete(earlier)
        except StorageError:
            if not is_elsewhere:  # a storage that is no longer used may no longer be there
                raise
        return None

    async def _sweep(self, job: Job, path: str) -> None:
        for rest in await self._store.partials(split(path)[0], mark(job)):
            await self._store.delete(rest)

    async def _send(self, parcel: "_Parcel", path: str, tell: Tell | None) -> str:
        """Send it under a name that is free; the proof."""
        facts, job = parcel.facts, parcel.job
        by_move = facts.can_move and not facts.is_atomic
        first = f"{path}{mark(job)}" if by_move else path
        flags = low_memory_flags(facts.kind)
        await self._transfer.send(
            parcel.file, first, size_bytes=job.size_bytes, flags=flags, in_place=not facts.is_atomic, tell=tell
        )
        try:
            parcel.check()
            found = await self._whole(parcel, first)
        except StorageError as error:
            if by_move and error.cause.blame == "memory":
                await self._store.delete(first)
            raise
        proof = await self._proof(parcel, first, found)
        if proof is None:
            await self._store.delete(first)
            raise StorageError(Cause("world", DAMAGED))
        if by_move:  # only what is proven gets its name: a damaged copy would keep it if we were cut off now
            await self._rename(first, path)
            await self._whole(parcel, path)
        return proof

    async def _rename(self, first: str, path: str) -> None:
        if await self._store.look(path) is not None:
            await self._store.delete(first)
            sentence = f"{split(path)[1]} was taken by another file meanwhile; it is sent again under another name."
            raise StorageError(Cause("world", sentence))
        await self._store.move(first, path)

    async def _whole(self, parcel: "_Parcel", path: str) -> RemoteFile:
        """What we just sent or moved to a path, if it is as it should be."""
        found = await self._store.look(path, parcel.hash_name)
        if found is None:
            raise StorageError(Cause("world", "The storage did not keep what was sent; it is sent again.", path))
        if found.size_bytes != parcel.job.size_bytes or (found.hash and found.hash != await parcel.hash()):
            await self._store.make_sure(path)
            await self._store.delete(path)
            raise StorageError(Cause("world", DAMAGED, f"{path}: {found}"))
        return found

    async def _proof(self, parcel: "_Parcel", path: str, found: RemoteFile, *, must_read: bool = False) -> str | None:
        """The strongest proof that what lies there is our file (its size is right); None if it is not."""
        if found.hash and parcel.hash_name:
            return parcel.hash_name if found.hash == await parcel.hash() else None
        if not (must_read or self._reread):
            return "size"
        is_same = await self._store.reread_sha256(path, found.size_bytes) == await parcel.sha256()
        return "re-read" if is_same else None

    def _proven(self, job: Job, path: str, proof: str, remark: str | None) -> Job:
        return replace(
            job,
            remote_path=path,
            is_begun=True,
            proof=proof,
            proven_wall_s=self._clock.wall_s(),
            remark=remark,
            trouble=None,
        )


class _Parcel:
    """The file to be delivered, with what was found out about it in this delivery."""

    def __init__(self, store: RemoteStore, facts: Facts, job: Job, file: Path) -> None:
        self.facts = facts
        self.job = job
        self.file = file
        self.hash_name = facts.hashes[0] if facts.hashes else None
        self._store = store
        self._hashes: dict[str, str] = {}

    def check(self) -> None:
        """Make sure that the file is still there, as it was.

        Raises:
            StorageError: if not.
        """
        try:
            size_bytes = self.file.stat().st_size
        except OSError as error:
            raise StorageError(_gone(self.job, error)) from error
        if size_bytes != self.job.size_bytes:
            raise StorageError(
                Cause("memory", f"{self.job.name} is not as it was made: {size_bytes} of {self.job.size_bytes} bytes.")
            )

    async def look(self, path: str) -> tuple[RemoteFile | None, str]:
        """What lies at a path, and what to make of it."""
        found = await self._store.look(path, self.hash_name)
        is_like = found and found.hash and found.size_bytes == self.job.size_bytes
        own = await self.hash() if is_like else None
        return found, judge(found, own, self.job, path, self.facts)

    async def hash(self) -> str:
        """Our file's hash of the kind that the storage knows."""
        assert self.hash_name
        return await self._hash(self.hash_name)

    async def sha256(self) -> str:
        """What the file was when it was made."""
        return self.job.sha256 or await self._hash("sha256")

    async def _hash(self, name: str) -> str:
        if name == "sha256" and self.job.sha256:
            return self.job.sha256
        if name not in self._hashes:
            try:
                self._hashes[name] = await self._store.local_hash(self.file, name)
            except OSError as error:
                raise StorageError(_gone(self.job, error)) from error
        return self._hashes[name]


def _gone(job: Job, error: OSError) -> Cause:
    if isinstance(error, FileNotFoundError):
        return Cause("memory", f"{job.name} is gone from the box.", str(error))
    return Cause("memory", f"{job.name} cannot be read from the card.", str(error))


def _taken(path: str, instead: str) -> str:
    return f"{split(path)[1]} was taken by another file; this one is {split(instead)[1]}."
