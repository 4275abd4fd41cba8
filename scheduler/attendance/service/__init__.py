"""What a person can do with counts: say them, countersign them, lock them, correct them, name adults.

And what follows a visit: how it was, what remained, and the letters that ask.
"""
