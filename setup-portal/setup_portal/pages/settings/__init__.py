"""Everything that can be changed once the box is set up."""
