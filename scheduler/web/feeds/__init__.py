"""Pages of the room `feeds`."""
