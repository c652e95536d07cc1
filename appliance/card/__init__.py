"""The card: what was written to it, and how long it may last."""
