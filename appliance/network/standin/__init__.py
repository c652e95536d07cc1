"""NetworkManager without a radio: for tests, and for working on whatever drives it.

It is a D-Bus service under NetworkManager's name on a bus of its own; what happens on the air is made up of sequences
that were recorded with the real one.
"""
