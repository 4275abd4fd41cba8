"""A presenter's own pages: days, offers, absence."""
