"""What pages show: staffing."""
