"""A backup of everything, written, read and tried."""
