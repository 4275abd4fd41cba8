"""The room's words: booking."""
