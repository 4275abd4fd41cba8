"""What a proposal is drawn from and judged by; pure."""
