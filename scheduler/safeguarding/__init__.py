"""Who may enter a school: vetting with its dates, guardian consent by purpose.

Results and dates are kept, documents never. The database itself refuses an assignment that these
rows do not allow (see visits/models/visits.py).
Words: vetting, consent, guardian, minor.
"""
