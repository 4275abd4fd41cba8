"""What people do with proposals."""
