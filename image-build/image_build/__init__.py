"""What building the card image needs beyond a shell: its checks and its bill of materials. Standard library alone."""
