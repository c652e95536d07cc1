"""A press and a longer hold, told on the standard output the moment they are acknowledged: to be traced.

python -m tests.stands.pressing_box FOLDER REEL
"""

import asyncio
import os
import sys
from pathlib import Path

from tests.stands.memory_box import Box, Reel


async def live(box: Box) -> None:
    await box.start()
    await box.connect()
    box.roll(6)
    while box.store.unflushed:  # noqa: ASYNC110 - nobody tells when the last one is on the card
        await asyncio.sleep(0.01)
    box.roll(1)
    box.grow(0.3)
    os.write(1, b"pressed\n")
    moment = await box.secured(box.keeper.press_began(box.clock.now_s))
    os.write(1, b"acknowledged\n")
    box.keeper.press_counted(2)
    await box.keeper.wait_until_quiet()
    os.write(1, b"counted\n")
    box.keeper.press_ended(2)
    await box.keeper.wait_until_quiet()
    assert moment.claim
    await box.crash()


if __name__ == "__main__":
    asyncio.run(live(Box(Path(sys.argv[1]), Reel(sorted(Path(sys.argv[2]).glob("*.ts")), 1.0), step_s=2.0)))
