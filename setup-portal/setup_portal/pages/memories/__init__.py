"""What was kept: the gallery, and each memory's own page."""
