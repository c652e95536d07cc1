"""The set-up, step by step: which steps there are, and how far the owner came. No web pages here."""
