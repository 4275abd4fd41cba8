"""What is allowed, due and counted: booking."""
