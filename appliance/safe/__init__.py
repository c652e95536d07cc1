"""The safe mode: the lamp and the control socket, and nothing that could fail for the reason that a boot failed."""
