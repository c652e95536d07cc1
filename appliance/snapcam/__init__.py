"""The attendant of an iON SnapCam: asked by Bluetooth to switch its Wi-Fi on, then read there by RTSP.

Sources: the conversations of a real one, as others recorded them (dimhoff/snapcamcontrol, ion-snapcam-stream). What was
never recorded is marked where it is assumed.
"""
