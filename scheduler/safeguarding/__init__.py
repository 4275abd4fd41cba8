"""Who may enter a school: vetting with its dates, guardian consent by purpose.

Of a check results and dates are kept, of a consent on paper its scan too. The database itself refuses an assignment
that these rows do not allow (see staffing/models/crew_laws.py).
Words: vetting, consent, guardian, minor.
"""
