"""Tours of campaigns: in which order a crew goes from city to city, on which days, and where it sleeps.

A coordinator names cities, days and who travels, the worker finds the order. Nothing stands of a tour: each of its days
becomes visits by a plan proposal. Words: tour, stop, crew rule, night away.
"""
