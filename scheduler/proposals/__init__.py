"""Plan proposals: the planner at work on what schools have asked for.

A coordinator says what a plan is for, the worker draws it; rows of it are pinned and it is applied in parts. Until then
nothing of it stands: no visit, no one asked, nobody's time. Words: plan proposal, scope, row, pin.
"""
