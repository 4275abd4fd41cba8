"""Private calendar addresses: who may read one, and what it shows.

A feed is a pure function of its token and the database; it only joins the VEVENT texts that
visits made when something changed.
Words: feed, feed token.
"""
