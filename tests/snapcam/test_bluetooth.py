"""A conversation by Bluetooth whose camera hangs up; all else is tried with the real bleak (tests/camera)."""

import asyncio
from unittest.mock import AsyncMock

import pytest

from appliance.attending.serving import TroubleError
from appliance.snapcam.bluetooth import _Conversation, _HungUpError
from appliance.snapcam.commands import switch_wifi_on


async def test_a_hang_up_before_its_wifi_was_asked_for_is_none_of_its_wifi_s() -> None:
    said: asyncio.Queue[bytes | None] = asyncio.Queue()
    conversation = _Conversation(AsyncMock(), said)
    said.put_nowait(None)
    with pytest.raises(TroubleError) as early:
        await conversation._hold(switch_wifi_on())
    asyncio.get_running_loop().call_soon(said.put_nowait, None)
    with pytest.raises(TroubleError) as late:
        await conversation._hold(switch_wifi_on())

    assert not isinstance(early.value, _HungUpError)
    assert isinstance(late.value, _HungUpError)
