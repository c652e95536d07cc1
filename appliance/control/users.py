"""Who may talk to the recorder."""

import contextlib
import os
import pwd

PAGES_USER = "moment-portal"
"""The user of the pages for the phone, where this machine has one."""


def allowed_uids(pages_user: str = PAGES_USER) -> frozenset[int]:
    """Root, whoever runs the recorder, and the pages."""
    allowed = {0, os.getuid()}
    with contextlib.suppress(KeyError):
        allowed.add(pwd.getpwnam(pages_user).pw_uid)
    return frozenset(allowed)
