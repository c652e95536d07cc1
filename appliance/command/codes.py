"""Exit codes: a contract with scripts."""

DONE = 0
REFUSED = 1
WRONG_USE = 2
NO_SUPERVISOR = 3
INTERRUPTED = 130
