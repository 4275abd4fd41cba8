"""Pages of the room `questions`."""
