"""Pages of panels: staff put drafts before the youth and read sums; a young person rates."""
