"""An avahi on a bus of one's own: it has a name, and gives itself another, as after a conflict."""

import contextlib
from collections.abc import AsyncIterator

from dbus_next.aio.message_bus import MessageBus
from dbus_next.constants import MessageType
from dbus_next.message import Message

from appliance.network.announced import AVAHI, SERVER

_REGISTERING, _RUNNING = 1, 2
"""`AvahiServerState` (avahi-common/defs.h)."""


class AvahiStand:
    """`fqdn`: what it answers to."""

    def __init__(self, bus: MessageBus, fqdn: str) -> None:
        self.fqdn = fqdn
        self._bus = bus
        bus.add_message_handler(self._answer)

    def rename(self, fqdn: str) -> None:
        """Another has the name already: it takes this one, and says that its state moved."""
        self.fqdn = fqdn
        for state in (_REGISTERING, _RUNNING):
            self._bus.send(Message.new_signal("/", SERVER, "StateChanged", "is", [state, ""]))

    def _answer(self, message: Message) -> Message | None:
        is_for_us = (message.message_type, message.member) == (MessageType.METHOD_CALL, "GetHostNameFqdn")
        return Message.new_method_return(message, "s", [self.fqdn]) if is_for_us else None


@contextlib.asynccontextmanager
async def avahi(address: str, fqdn: str) -> AsyncIterator[AvahiStand]:
    """On the bus, until the block ends."""
    bus = await MessageBus(address).connect()
    stand = AvahiStand(bus, fqdn)
    await bus.request_name(AVAHI)
    try:
        yield stand
    finally:
        bus.disconnect()  # type: ignore[no-untyped-call]
        with contextlib.suppress(Exception):
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        bus._stream.close()
        bus._sock.close()
