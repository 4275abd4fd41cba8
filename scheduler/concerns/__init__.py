"""What somebody worries about: a child who told something in a visit, a presenter about whom there is a concern.

Of a hand-off stands who was told and when, nothing of the child. A concern about a presenter reaches a safeguarding
officer who is not the one concerned, and new visits of that presenter stop; why is said by word, in no field.
Words: hand-off, concern, stop.
"""
