"""New versions of the application: signed, tried, and with a way back."""
