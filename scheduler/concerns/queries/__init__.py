"""What is shown: hand-offs of a visit, concerns to whoever reads them, sums of both."""
