"""What leaves and what is forgotten: the export of everything now; retention and erasure come with the issue "Trust".

Words: export, retention, erasure, ledger.
"""
