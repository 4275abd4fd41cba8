"""Free dates, dates held for a booking, and what becomes a visit at once.

A free date is one at which a whole crew can be there. A hold keeps it for a quarter of an hour.
Words: free date, hold, proposal.
"""
