"""Web Detectives: groups of one school that are trained in parts. The school alone keeps the names.

A part is a request like any other, planned, held and counted as a visit. Nothing here is typed: numbers and choices.
Words: cohort, part, skill, level.
"""
