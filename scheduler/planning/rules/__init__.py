"""What a plan may be, and what it costs: independent of whatever made it."""
