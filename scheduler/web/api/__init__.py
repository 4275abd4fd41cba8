"""The read API. Kept for the issue "Scale and speed"."""
