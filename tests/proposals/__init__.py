"""Plan proposals."""
