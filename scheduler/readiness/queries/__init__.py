"""What is read about the readiness of visits."""
