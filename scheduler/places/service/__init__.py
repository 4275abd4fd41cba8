"""What people do with places: one function is one act and one transaction.

load_reference_data, load_example_hosts, import_hosts, add_host, … (registers: what the product ships, schools) ·
add_line, remove_line, import_calendar, add_holiday, remove_holiday, load_example_calendars (calendars).
"""

from scheduler.places.service.calendars import (
    add_holiday,
    add_line,
    import_calendar,
    load_example_calendars,
    remove_example_calendars,
    remove_holiday,
    remove_line,
)
from scheduler.places.service.registers import (
    confirm_host,
    import_hosts,
    load_example_hosts,
    load_reference_data,
    propose_host,
)

__all__ = [
    "add_holiday",
    "add_line",
    "confirm_host",
    "import_calendar",
    "import_hosts",
    "load_example_calendars",
    "load_example_hosts",
    "load_reference_data",
    "propose_host",
    "remove_example_calendars",
    "remove_holiday",
    "remove_line",
]
