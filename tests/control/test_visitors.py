"""Who may ask at the control socket."""

import os
import pwd

from appliance.control.visitors import allowed_uids


def test_root_our_own_user_and_the_pages_are_let_in() -> None:
    other = next(user for user in pwd.getpwall() if user.pw_uid not in {0, os.getuid()})

    assert allowed_uids("no-such-user") == {0, os.getuid()}
    assert allowed_uids(other.pw_name) == {0, os.getuid(), other.pw_uid}
