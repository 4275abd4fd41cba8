"""What is allowed, due and counted: staffing."""
