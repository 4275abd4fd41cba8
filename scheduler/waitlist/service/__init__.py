"""What people can do: waitlist."""
