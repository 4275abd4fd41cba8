"""What a host may ask for, who must move next, what may still be done in which state, who is first. Pure."""
