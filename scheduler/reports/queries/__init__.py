"""What reports show: the attendance report and the visits behind its numbers, and what the public reads."""
