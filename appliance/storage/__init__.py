"""The owner's storage: rclone, its configuration and set-up, and what can be asked of a remote."""
