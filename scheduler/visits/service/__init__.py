"""What people can do: visits."""
