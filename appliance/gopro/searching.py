"""Looking for a camera by one means; whatever takes long gives way to a camera that answers meanwhile."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, assert_never

from appliance.attending.interfaces import own_addresses
from appliance.gopro import helpers
from appliance.gopro.line import is_open_gopro
from appliance.gopro.seeking import KNOCK_EVERY_S
from appliance.gopro.steps import Found, Means, Missed, Outcome
from appliance.gopro_addresses import is_over_usb, likely_addresses, with_port

_ASLEEP = "The GoPro at the end of the cable does not answer: switch it on."


async def search(means: Means, known: Sequence[str] | None = None) -> Outcome:
    """By one means. `known`: where it is, by the owner's word.

    Raises:
        HungError: what answers there comes to no end.
    """
    match means:
        case "address":
            return await _at_addresses(known)
        case "announcement":
            return await _while_knocking(helpers.find_announced(), known)
        case "bluetooth":
            return await _while_knocking(helpers.wake(), known)
        case _:
            assert_never(means)


async def _while_knocking(slow: Coroutine[Any, Any, Outcome], known: Sequence[str] | None) -> Outcome:
    """What a slow search gives, unless a camera answers before: it was switched on by hand."""
    searching, knocking = asyncio.create_task(slow), asyncio.create_task(_knock(known))
    try:
        await asyncio.wait({searching, knocking}, return_when=asyncio.FIRST_COMPLETED)
        return knocking.result() if knocking.done() else searching.result()
    finally:
        searching.cancel()
        knocking.cancel()
        await asyncio.gather(searching, knocking, return_exceptions=True)


async def _knock(known: Sequence[str] | None) -> Found:
    while True:
        found = await _at_addresses(known)
        if isinstance(found, Found):
            return found
        await asyncio.sleep(KNOCK_EVERY_S)


async def _at_addresses(known: Sequence[str] | None) -> Found | Missed:
    likely = likely_addresses(own_addresses()) if known is None else known
    for address in likely:
        if await is_open_gopro(with_port(address)):
            return Found(address)
    return Missed(_ASLEEP if any(map(is_over_usb, likely)) else "")
