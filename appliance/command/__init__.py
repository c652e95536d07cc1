"""The `moment` command."""

import time

STARTED_S = time.monotonic()
"""When this process began, on the monotonic clock: as near to the press of Enter as Python knows. It is taken here
because the imports that follow cost a slow board half a second, and a press must not lose that."""
