"""Pages of the room `cohorts`."""
