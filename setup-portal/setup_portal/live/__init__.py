"""The box as it is now: told in plain words, streamed to whoever looks, and pictured."""
