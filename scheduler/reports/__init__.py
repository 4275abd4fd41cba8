"""The same year gives the same number to everyone: counting locked attendance.

Every number opens to the visits behind it.
Words: report, period, indicator.
"""
