"""Pure rules of reports: the attendance report, the yearly profile in words, and what the public may be told."""
