"""Where footage comes from: one contract, one file for each kind of camera."""
