"""How fast the product is at ten years of a national centre: `make bench`, docs/speed.md."""
