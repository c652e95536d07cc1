"""Who may ask at the control socket."""

import os
import pwd

PORTAL_USER = "moment-portal"
"""The user of the phone's pages (systemd/sysusers.d)."""


def allowed_uids(portal_user: str = PORTAL_USER) -> frozenset[int]:
    """Root, our own user, and that of the pages where there is one."""
    own = {0, os.getuid()}
    try:
        return frozenset(own | {pwd.getpwnam(portal_user).pw_uid})
    except KeyError:
        return frozenset(own)
