"""What the supervisor answers at its control socket: the rooms are asked, their values become messages."""
