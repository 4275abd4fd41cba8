"""What a person can do: note a hand-off, speak up about a presenter, stop and free her, end a concern."""
