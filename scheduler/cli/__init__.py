"""Commands, one file a room, a click group each."""
