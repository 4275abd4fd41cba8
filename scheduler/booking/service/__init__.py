"""What people can do: booking."""
