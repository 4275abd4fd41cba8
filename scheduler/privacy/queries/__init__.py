"""What privacy looks up: whole tables for an export, what has lasted its time, and all that is about one person."""
