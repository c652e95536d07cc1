"""Who agrees when BlueZ asks whether a camera may be paired: only while that camera is woken, and to that one alone.

BlueZ (src/agent.c, src/adapter.c, src/device.c) keeps keys only while an agent answers for this box: without one the
adapter is not bondable, and a device that shows nothing to confirm is refused. bleak registers none (its issue 1434).
So strangers find nobody to pair with. Made with bleak's own bus library, which is loaded where bleak is.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus

_PATH = "/moment/agent"
_BLUEZ, _BLUEZ_PATH, _MANAGER = "org.bluez", "/org/bluez", "org.bluez.AgentManager1"
_INTERFACE = "org.bluez.Agent1"
_SHOWS_NOTHING = "NoInputNoOutput"
_AGREED = {"RequestAuthorization", "RequestConfirmation", "AuthorizeService"}
_TOLD = {"Release", "Cancel"}


@asynccontextmanager
async def agreeing(device: str) -> AsyncIterator[None]:
    """Answer for this box about the device of this path. What BlueZ says to it shows itself when that is paired.

    Raises:
        OSError, EOFError: when entered, if there is no bus.
    """
    bus = MessageBus(bus_type=BusType.SYSTEM)
    bus.add_message_handler(lambda message: _answer(message, device))
    await bus.connect()
    try:
        await bus.call(_to_manager("RegisterAgent", "os", [_PATH, _SHOWS_NOTHING]))
        await bus.call(_to_manager("RequestDefaultAgent", "o", [_PATH]))
        yield
    finally:
        bus.disconnect()  # BlueZ forgets the agent of whoever is gone


def _to_manager(member: str, signature: str, body: list[str]) -> Message:
    return Message(
        destination=_BLUEZ, path=_BLUEZ_PATH, interface=_MANAGER, member=member, signature=signature, body=body
    )


def _answer(message: Message, device: str) -> Message | None:
    if message.message_type is not MessageType.METHOD_CALL or message.interface != _INTERFACE:
        return None
    is_ours = message.member in _AGREED and message.body[:1] == [device]
    if is_ours or message.member in _TOLD:
        return Message.new_method_return(message)
    return Message.new_error(message, "org.bluez.Error.Rejected", "not asked for")
