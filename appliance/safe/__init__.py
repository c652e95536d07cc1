"""The safe mode: lamp, control socket and network, and nothing that could fail for the reason that a boot failed."""
