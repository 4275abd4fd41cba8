"""Paper: pages, type and codes of everything that is printed."""
