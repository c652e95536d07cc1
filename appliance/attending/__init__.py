"""What attendants have in common: their life, calls that may hang, and the port where ffmpeg reads.

An attendant of this kind serves one run of its camera's stream and ends with it, so that no epoch holds time stamps
that begin anew; the next connection is the next attendant. Nothing here loads a library.
"""
