"""What pages show: booking."""
