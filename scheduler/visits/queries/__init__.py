"""What pages show: visits."""
