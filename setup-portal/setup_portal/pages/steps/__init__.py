"""The pages of the set-up, one file a step."""
