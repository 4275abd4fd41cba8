"""Pages of the room `certificates`."""
