"""The scaled-out installation of docs/operate.md on loopback, from an empty folder to a certificate and back."""
