"""Who waits, in which order and why, and the dates that a centre gives to who waits.

Words: rank, open date, offer of a date.
"""
