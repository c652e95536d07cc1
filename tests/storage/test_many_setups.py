"""Set-ups by many hands in any order: real rclones, some of them killed."""

import contextlib
import os
import random
import signal
from dataclasses import dataclass, field

import pytest

from appliance.storage.model import Question, Ready, Step, StorageRefusedError
from tests.stands.campaign import IS_FULL
from tests.storage.conftest import Box, private_folders, rcd_of

SEEDS = range(100) if IS_FULL else (2, 5, 7)
STEPS = 60 if IS_FULL else 25
NAMES = ("one", "two", "three", "four")
ANSWERS = ("http://127.0.0.1:1/", "", "x\ny", "other", "me")


@dataclass
class Hands:
    """Whoever sets up storages: what they know is what the room told them."""

    box: Box
    chance: random.Random
    sessions: dict[str, str] = field(default_factory=dict)
    """The session of each name."""
    ready: set[str] = field(default_factory=set)

    async def begin(self) -> None:
        name = self.chance.choice(NAMES)
        self.note(name, await self.box.room.begin(name, "webdav"))

    async def answer(self) -> None:
        name, session = self.chance.choice(list(self.sessions.items()))
        self.note(name, await self.box.room.answer(session, self.chance.choice(ANSWERS)))

    async def abort(self) -> None:
        name, session = self.chance.choice(list(self.sessions.items()))
        await self.box.room.abort(session)
        del self.sessions[name]

    async def remove(self) -> None:
        name = self.chance.choice(sorted(self.ready))
        await self.box.room.remove(name)
        self.ready.discard(name)

    async def kill(self) -> None:
        """Nobody is told before the next answer."""
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(rcd_of(self.chance.choice(private_folders())), signal.SIGKILL)

    def note(self, name: str, step: Step) -> None:
        if isinstance(step, Question):
            self.sessions[name] = step.session
        elif isinstance(step, Ready):
            self.sessions.pop(name)
            self.ready.add(name)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", SEEDS)
async def test_only_what_was_finished_is_set_up_and_nothing_else_is_left(box: Box, seed: int) -> None:
    hands = Hands(box, random.Random(seed))
    for _ in range(STEPS):
        moves = [hands.begin, *([hands.answer] * 6), hands.abort, hands.remove, hands.kill]
        with contextlib.suppress(StorageRefusedError, IndexError):
            await hands.chance.choice(moves)()
        assert {remote.name for remote in await box.room.remotes()} == hands.ready
        assert len(private_folders()) <= 3
    await box.room.close()
    assert private_folders() == []
    assert sorted(path.name for path in box.config.parent.glob("*")) in ([], ["rclone.conf"])
