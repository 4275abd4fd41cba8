"""What people do with their keys and sign-ins; each function is one use case and one transaction."""
