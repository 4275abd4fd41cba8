"""What pages show: board."""
