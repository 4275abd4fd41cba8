"""Kinds of certificates: what each says, to whom, and who earns one. A new kind is one more file, listed in `every`."""
