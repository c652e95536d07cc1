"""What the ring still holds, to be looked at: which stretches there are, as a list for players, as files, as a film."""
