"""Pages of the room `helpline`."""
