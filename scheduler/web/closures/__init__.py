"""Pages of closures."""
