"""Pages of the room `planning`."""
