"""Cameras that are none: they keep the protocols of real ones, with their quirks and timings, and misbehave on demand.

Imported by the demo's own child (`appliance/demo`), the bench and the tests only. What they do is written down from
what is known of the real cameras, none of which stood beside them.
"""
