"""`moment bench`: what the recorder costs, measured side by side with bare tools on the machine that it runs on."""
