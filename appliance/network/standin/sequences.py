"""`StateChanged` as it was recorded of NetworkManager 1.42 and 1.52, with wpa_supplicant on simulated radios."""

from appliance.network.outcome import Step, Whisper

BEGINNING = [Step(40, 30, 0), Step(50, 40, 0), Step(60, 50, 0), Step(40, 60, 0), Step(50, 40, 0)]
"""How every join begins: NEED_AUTH without a reason is no failure."""

RIGHT = [Step(70, 50, 0), Step(80, 70, 0), Step(90, 80, 0), Step(100, 90, 0)]
NO_SECRETS = [Step(60, 50, 8), Step(120, 60, 7), Step(30, 120, 0)]
"""A wrong password of WPA2."""
NOT_FOUND = [Step(120, 50, 53), Step(30, 120, 0)]
"""Nothing of that name, or of another security; and a wrong password of WPA3."""
NO_ADDRESS = [Step(70, 50, 0), Step(120, 70, 5), Step(30, 120, 0)]
LEAVING = [Step(110, 100, 60), Step(30, 110, 60)]
"""What was joined gives way to another."""
UNPLUGGED = [Step(10, 100, 36)]
"""A radio that is pulled out; not recorded, but by NetworkManager's own list of reasons: the device was removed."""
ACCESS_POINT = [Step(40, 30, 0), Step(50, 40, 0), *RIGHT]

WPA2_REFUSED = [Whisper("State", "4way_handshake"), Whisper("DisconnectReason", 15), Whisper("State", "disconnected")]
SAE_REFUSED = [Whisper("State", "authenticating"), Whisper("AuthStatusCode", 1), Whisper("State", "disconnected")]
