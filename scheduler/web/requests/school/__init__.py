"""A school's own page by its secret link: status, dates, papers."""
