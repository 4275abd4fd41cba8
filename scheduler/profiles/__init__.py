"""The yearly profile of a centre: what it did in a year, or in any days, in words and pictures.

Two parts are typed (about, plans); all others are counted by the questions that reports, cohorts and the helpline ask.
Words: part, statement, origin, paper, signed profile.
"""
