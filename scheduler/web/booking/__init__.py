"""The public page of free dates."""
