"""Long work: what a person started on a page and the worker does under a lease.

A worker that is killed leaves its lease behind; when that is over, the next sweep takes the work up again.
Words: work, lease, phase.
"""
