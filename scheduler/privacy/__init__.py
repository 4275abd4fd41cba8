"""What leaves and what is forgotten: the export of everything and of one person, retention, erasure, the ledger.

Words: export (all rows of a centre, or of one person), retention (what has lasted its time goes by itself), erasure (on
a person's wish, at once), ledger (keyed hashes of what is not to come back).
"""
