"""What a person can do with questions."""
