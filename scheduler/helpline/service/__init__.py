"""What a person can do with the helpline's figures, by subject."""
