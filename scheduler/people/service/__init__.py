"""What people do with their accounts and profiles; each function is one use case and one transaction."""
