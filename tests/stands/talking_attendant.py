"""An attendant that says what it is told to, a line for each word, and stays until it is ended.

"pause SECONDS" is not said but done.
"""

import signal
import sys
import time

for word in sys.argv[1:]:
    if word.startswith("pause "):
        time.sleep(float(word.removeprefix("pause ")))
    else:
        print(word, flush=True)  # noqa: T201 - that is its work
if "dies" not in sys.argv:
    signal.pause()
