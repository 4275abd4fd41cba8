"""What privacy does: export, retention and erasure."""
