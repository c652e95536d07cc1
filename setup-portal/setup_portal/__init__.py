"""The pages for the phone: set-up, and whatever the owner does with the box from a browser. A client of `control`."""
