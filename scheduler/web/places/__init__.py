"""Pages of the room `places`."""
