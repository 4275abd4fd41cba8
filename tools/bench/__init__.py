"""How fast the product is beside the least Python that could do the same work: `make bench`, docs/speed.md."""
