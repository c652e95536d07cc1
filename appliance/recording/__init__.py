"""The ffmpeg child that cuts the stream into segments, and the ring that they live in."""
