"""Pages of the room `programmes`."""
