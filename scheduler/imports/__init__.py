"""Files that are read in: their letters, sheets, checked rows and pieces."""
