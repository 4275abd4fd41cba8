"""What requests show: the coordinators' inbox, one request with its history, the host behind a secret link."""
