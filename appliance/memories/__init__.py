"""From a press to a claim to `$date-MEMORY.mp4`, and the catalogue of what was kept."""
