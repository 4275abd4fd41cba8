"""Words of places: kinds of hosts, points on the map, school calendars, imports, and the time of schools."""
