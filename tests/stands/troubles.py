"""What a camera that cannot be recorded says."""

import asyncio

import pytest

from appliance.camera.source import CameraTroubleError, Source


async def trouble_of(camera: Source, within_s: float = 60.0) -> str:
    """Its sentence, which is one line; fails if it connects, or takes longer."""
    async with asyncio.timeout(within_s):
        with pytest.raises(CameraTroubleError) as trouble:
            async with camera.connect():
                pass
    assert "\n" not in str(trouble.value)
    return str(trouble.value)
