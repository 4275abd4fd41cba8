"""Raspored: schools ask, coordinators send, educators count, certificates and reports follow."""
