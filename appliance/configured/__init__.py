"""Rooms built as the settings say: for whoever joins rooms, each of which knows plain values alone."""
