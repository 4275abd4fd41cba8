"""What people can do: staffing."""
