"""The attendant of a GoPro of the old kind (HERO4 to HERO8), which is spoken to by gpControl over its own Wi-Fi.

Sources: GoPro's old apps as others wrote them down (gopro-py-api, goprowifihack, GoProStream and their issues).
"""
