"""The words of plan proposals."""
