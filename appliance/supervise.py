"""The supervisor process, behind `moment run` and `moment demo`.

    python -m appliance.supervise [--after REPORT] [--base FILE] [--config FILE | --demo [--camera KIND]]

`--after`: the report of the box's boot, which is waited for before anything of the owner's is read.

Exit codes: 0 asked to stop, 1 a task died (start it again), 2 the settings or the machine do not allow it, 75 this
boot records nothing. When the settings have changed it ends as if asked to, and starts anew in its own place: whoever
started it sees nothing of it. The demo does so within its process, because the pages beside it go on.
"""

import gc
import sys

# a sixth of the time to load was spent looking for garbage among what stays
gc.disable()

from appliance.life import main  # noqa: E402 - after that

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(main())
