"""Where help is: what the lamp says, what to send to whoever helps, beginning anew, and what this is made of."""
