"""What people can do: closures."""
