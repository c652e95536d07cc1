"""Moment Recorder: the box that always remembers the last minutes in front of its camera."""

__version__ = "0.1.0"
