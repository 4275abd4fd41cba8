"""Monthly totals of the helpline by channel, topic code and outcome: no cases, no persons.

The room is kept for the issue "Reports and figures".
Words: communication, case, forwarded.
"""
