"""The pages: each reads a form, asks the recorder, and shows a template."""
