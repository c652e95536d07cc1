"""How long campaigns are: brief in `make test`, in full in `make campaign`."""

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

IS_FULL = os.environ.get("MOMENT_CAMPAIGN") == "full"
QUICK_DISK = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None
"""For `mkdtemp`: flushes cost nothing there; what they are for is tested elsewhere."""


def stories(brief: int, full: int, steps: int = 40) -> settings:
    """For a state machine: how many stories are told, of so many steps each at most."""
    return settings(
        max_examples=full if IS_FULL else brief,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
