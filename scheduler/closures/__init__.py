"""Snow, strike, exam day: what stops visits, and how they are planned again.

Words: closure, disrupted visit.
"""
