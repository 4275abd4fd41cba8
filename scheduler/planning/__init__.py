"""Who goes where: visits, their presentations, and the crew of each.

A visit is one or more presentations at one host on one day. An assignment is one presenter at one
presentation; offers are made and answered for the whole visit. The database refuses double booking.
Words: visit, presentation, assignment, crew, offer.
"""
