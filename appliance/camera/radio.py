"""What a camera that is a Wi-Fi network itself asks of whoever looks after the radio."""

from typing import Protocol


class Radio(Protocol):
    """Who may take this box into a camera's Wi-Fi."""

    async def join(self, ssid: str, password: str) -> str | None:
        """None when the box is in it; else why not, in a sentence."""
