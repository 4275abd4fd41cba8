"""Pages of the room `attendance`."""
