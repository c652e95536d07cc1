"""How BlueZ comes to a bond: it asks the agent that somebody registered whether this machine agrees.

Source: BlueZ's src/agent.c and src/device.c. Without an agent the adapter is not bondable, and a device that confirms
nothing ("just works", LE Secure Connections) is refused: `No agent available for request type 2`.
"""

from typing import Any

from dbus_next.aio.message_bus import MessageBus
from dbus_next.constants import MessageType
from dbus_next.message import Message

_STRANGER = "/org/bluez/hci0/dev_00_00_5E_00_53_01"


class Pairing:
    """`is_bonded`: whether both sides keep keys. `lets_strangers_in`: what the agent said of a device unknown to it."""

    def __init__(self) -> None:
        self.is_bonded = False
        self.lets_strangers_in: bool | None = None
        self.capability = ""
        self._registered: tuple[str, str] | None = None
        self._agent: tuple[str, str] | None = None

    def register(self, message: Message) -> None:
        """`RegisterAgent` was called."""
        path, self.capability = message.body
        self._registered = str(message.sender), str(path)

    def prefer(self) -> None:
        """`RequestDefaultAgent` was called: from now on it answers for whoever pairs."""
        self._agent = self._registered

    async def is_agreed(self, bus: MessageBus, device: str) -> bool:
        """Whether the agent that is there agrees; it is asked about a stranger first."""
        self.lets_strangers_in = await self._agrees(bus, _STRANGER)
        return await self._agrees(bus, device)

    async def _agrees(self, bus: MessageBus, device: str) -> bool:
        if self._agent is None:
            return False
        destination, path = self._agent
        asked: dict[str, Any] = {"interface": "org.bluez.Agent1", "member": "RequestAuthorization"}
        answer = await bus.call(Message(destination, path, **asked, signature="o", body=[device]))
        return answer is not None and answer.message_type is MessageType.METHOD_RETURN
