"""One rclone command, run to its end."""

from asyncio import timeout
from asyncio.subprocess import PIPE

from appliance.child import GENTLY, Child
from appliance.storage.rclone import ENVIRONMENT, Rclone


class CommandError(Exception):
    """It failed; the text is rclone's log."""


async def run(rclone: Rclone, command: str, *arguments: str, limit_s: float) -> bytes:
    """The output of one command, which yields to everything else and is ended when time is up.

    Raises:
        CommandError: if it fails or takes too long.
    """
    argv = [*GENTLY, *rclone.argv(command, *arguments)]
    child = await Child.start(argv, output=PIPE, environment=ENVIRONMENT)
    try:
        async with timeout(limit_s):
            output = await child.output.read()
            code = await child.wait()
    except TimeoutError:
        raise CommandError(f"{child.last_words}\nrclone did not finish within {limit_s:.0f} s: i/o timeout") from None
    finally:
        await child.stop()
    if code != 0:
        raise CommandError(child.last_words)
    return output
