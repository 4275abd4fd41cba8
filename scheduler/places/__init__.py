"""Where things happen, and when a place is open.

A host (school, dormitory, library, camp, municipality) lies in a municipality, a municipality in a
district. School calendars and public holidays say which days are school days. `road_minutes` is the
product's only opinion on how long a drive takes.
Words: host, municipality, city, district, school calendar, holiday.
"""
