"""What a box does at power-on, before it records."""
