"""The coordinator's board: the week and the month at a glance, and putting a visit elsewhere.

Words: board, block, cell, placing.
"""
