"""Whose turn it is: one rule for every state of everything that a visit goes through, from a request to a certificate.

A matter is the one thing that waits; whose it is, when it is due and how pressing it is stand in one table. Pages,
counts in the menu, mails and the nightly check read that table. Words: whose, matter, verdict, turn row.
"""
