"""Totals of the helpline for the days of a month: communications, cases, what became of them; no cases, no persons.

Words: communication, case, forwarded, margin, code list, publication.
"""
