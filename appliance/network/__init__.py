"""The box's place in the network, by NetworkManager over D-Bus."""
