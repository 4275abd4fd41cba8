"""Between plan and visit: the nightly re-check, the school's checklist, its wish for another date.

Words: finding, checklist, wish.
"""
