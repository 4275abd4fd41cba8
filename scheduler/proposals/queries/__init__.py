"""What a proposal is drawn from, and how it is shown."""
