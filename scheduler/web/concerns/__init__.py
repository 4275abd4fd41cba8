"""Pages of concerns: told it on, worried about a presenter, and what a safeguarding officer does."""
