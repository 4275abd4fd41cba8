"""Places as files: a register of hosts, a school calendar, the bells of many schools."""

from scheduler.places.imports.bells import read_bells
from scheduler.places.imports.registers import decoded_text, read_calendar, read_hosts, weekday_of

__all__ = ["decoded_text", "read_bells", "read_calendar", "read_hosts", "weekday_of"]
