"""What people can do: readiness."""
