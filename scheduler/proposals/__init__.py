"""Plan proposals: the planner at work on what schools have asked for.

A coordinator says what a plan is for, the worker draws it, she reads it, pins, compares and applies it in parts. Until
then nothing of it stands: no visit, no one asked, nobody's time. Words: plan proposal, scope, lever, row, pin.
"""
