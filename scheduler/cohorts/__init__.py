"""Web Detectives of one school: size, level, parts done. The school keeps the names.

The room is kept for the issue "Count and certify".
Words: cohort, part, level.
"""
