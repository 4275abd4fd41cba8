"""Pages of the room `safeguarding`."""
