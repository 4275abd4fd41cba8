"""What is read of cohorts: lists and pages of them, and the practice of reporting."""
