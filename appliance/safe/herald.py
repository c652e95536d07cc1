"""Tells those who listen at the socket what the network came to."""

from collections.abc import Callable

from appliance.control.messages import Event


class Herald:
    """Implements the network room's `NetworkListener`; `connect()` comes before the room runs."""

    def __init__(self) -> None:
        self._changed: Callable[[], Event]
        self._publish: Callable[[Event], None]

    def connect(self, changed: Callable[[], Event], publish: Callable[[Event], None]) -> None:
        """`changed`: how the network is now; `publish`: to whom it is told."""
        self._changed, self._publish = changed, publish

    def network_changed(self) -> None:
        self._publish(self._changed())

    def radio_moved(self, lent: str | None, away: str | None) -> None:
        """Nothing is recorded here, and nothing uploaded."""
