"""What is shown of questions."""
