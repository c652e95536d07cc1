"""`moment bench`: how fast and how light, measured side by side with bare tools."""
