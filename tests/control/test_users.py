"""Who may talk to the recorder."""

import os
import pwd

from appliance.control.users import allowed_uids


def test_root_the_recorders_own_user_and_the_pages() -> None:
    nobody = pwd.getpwnam("nobody")
    assert allowed_uids("nobody") == {0, os.getuid(), nobody.pw_uid}
    assert allowed_uids("no such user") == {0, os.getuid()}
