"""An Open GoPro camera without a camera: HTTP, a preview over UDP, a card with files, an announcement.

    python -m appliance.standins.gopro --model HERO12 --port 8080 [--host 127.0.0.1] [--announce]

What it does is from GoPro's documentation and from logs of real cameras, and shares no code with the client.
"""

from appliance.standins.gopro.faults import Faults
from appliance.standins.gopro.kinds import KINDS, Kind
from appliance.standins.gopro.standin import GoProStandIn

__all__ = ["KINDS", "Faults", "GoProStandIn", "Kind"]
