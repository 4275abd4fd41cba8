"""The published year and a living present, made through the product's own services."""
