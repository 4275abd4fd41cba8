"""How many people were in the room: counted once, countersigned, locked, corrected with a reason.

A head count is a number for one audience of one presentation; no pupil's name is ever stored.
Words: attendance, head count, countersignature, correction.
"""
