"""What people do with places: hosts and registers, days with lessons, shifts and bells, notes of calls."""

from scheduler.places.service.bells import import_bells, take_back_bells
from scheduler.places.service.calendars import (
    import_calendar,
    load_example_calendars,
    remove_example_calendars,
)
from scheduler.places.service.call_notes import write_call_note
from scheduler.places.service.days import (
    add_calendar_entry,
    add_holiday,
    remove_calendar_entry,
    remove_holiday,
    restore_calendar_entry,
    restore_holiday,
)
from scheduler.places.service.hosts import (
    confirm_host,
    import_hosts,
    load_example_hosts,
    load_reference_data,
    propose_host,
    take_back_hosts,
)
from scheduler.places.service.named import HostNames
from scheduler.places.service.school_time import tell_school_time

__all__ = [
    "HostNames",
    "add_calendar_entry",
    "add_holiday",
    "confirm_host",
    "import_bells",
    "import_calendar",
    "import_hosts",
    "load_example_calendars",
    "load_example_hosts",
    "load_reference_data",
    "propose_host",
    "remove_calendar_entry",
    "remove_example_calendars",
    "remove_holiday",
    "restore_calendar_entry",
    "restore_holiday",
    "take_back_bells",
    "take_back_hosts",
    "tell_school_time",
    "write_call_note",
]
