"""Panels: young presenters rate the draft of a programme or of a post before it goes out.

Staff ask one to four closed questions, each young person answers once until a day. Who has rated and what was said are
rows that nothing joins; only sums are kept, and shown once the panel is closed. Words: panel, seat, sum.
"""
