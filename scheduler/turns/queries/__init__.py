"""What of a centre waits for whom."""
