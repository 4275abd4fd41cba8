"""Visits, their presentations and assignments: what is planned, agreed, moved, called off and held.

A visit is one or more presentations at one host on one day. An assignment is one presenter at one
presentation. The database refuses double booking and a minor without an adult.
Words: visit, presentation, assignment, crew, agenda.
"""
