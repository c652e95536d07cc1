"""The owner's settings: one TOML file, typed, every key optional."""
