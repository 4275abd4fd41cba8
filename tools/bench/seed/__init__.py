"""Rows of a believable centre in any number, by INSERT … SELECT: what the measurements and the laws of growth stand on.

Everything is invented. The database's own defences stay on: what is planted here could have been entered by people.
"""
