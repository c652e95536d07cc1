"""The demo's stand-in camera: a child of its own, the way to it, and what it does wrong on demand.

    python -m appliance.demo gopro|gopro-legacy|snapcam FOLDER

Only that child imports the stand-ins. It tells where its camera is by one line of JSON (`place.py`), and ends with
whoever started it.
"""
