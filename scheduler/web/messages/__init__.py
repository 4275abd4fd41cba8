"""Pages of the room `messages`."""
