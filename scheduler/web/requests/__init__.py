"""Pages of the room `requests`."""
