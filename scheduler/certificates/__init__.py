"""Certificates: earned from locked attendance, issued once, checked by anyone.

The number is what a visitor types or scans; the running number is a printed field of the centre's books.
Words: certificate, number, running number, check page.
"""
