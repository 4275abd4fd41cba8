"""What people do with places: hosts and registers, days with lessons, shifts and bells, notes of calls."""
