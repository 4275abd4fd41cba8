"""Retention, the export of one's own data, and the erasure ledger.

The room is kept for the issue "Trust".
Words: retention, erasure, ledger.
"""
