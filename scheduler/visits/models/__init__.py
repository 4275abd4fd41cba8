"""What is stored: visits."""
