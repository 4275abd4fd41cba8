"""What pages show of certificates: their list, what waits for them, and what a new one prints."""
