"""An attendant that says what it is told to, a line for each word, and stays until it is ended."""

import signal
import sys

for word in sys.argv[1:]:
    print(word, flush=True)  # noqa: T201 - that is its work
if "dies" not in sys.argv:
    signal.pause()
