"""Words of reports: what is counted and printed, and how it is drawn."""
