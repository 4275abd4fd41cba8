"""What people do with places: import a register, add a host that it does not hold, tell its shifts and bells."""

from scheduler.places.service.call_notes import write_call_note
from scheduler.places.service.registers import (
    confirm_host,
    import_hosts,
    load_example_hosts,
    load_reference_data,
    propose_host,
)
from scheduler.places.service.school_time import tell_school_time

__all__ = [
    "confirm_host",
    "import_hosts",
    "load_example_hosts",
    "load_reference_data",
    "propose_host",
    "tell_school_time",
    "write_call_note",
]
