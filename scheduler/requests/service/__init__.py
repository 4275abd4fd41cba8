"""What people do with school requests: schools ask, staff answer, the school's link follows."""
