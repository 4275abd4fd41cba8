"""What is allowed, due and counted: visits."""
