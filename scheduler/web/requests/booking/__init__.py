"""A school books: the draft, its date, what it chooses from."""
