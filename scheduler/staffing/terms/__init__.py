"""The room's words: staffing."""
