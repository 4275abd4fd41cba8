"""Work for the worker: find rows by id, call a service."""
