"""The room's words: visits."""
