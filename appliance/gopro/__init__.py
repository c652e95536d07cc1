"""Open GoPro cameras: what they are, how they are found, woken, spoken with. `python -m appliance.gopro` attends one.

What is known of them stands in GoPro's documentation (https://gopro.github.io/OpenGoPro/http) and, for what it does not
tell, in the reports of those who use them; each place names its source.
"""
