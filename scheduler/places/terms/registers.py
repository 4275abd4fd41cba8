"""Words of a register's import beside its hosts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DoubleSchool:
    """A new line that looks like a school met before; a person says whether they are one. `other_line` 0: stored.

    Names stand as the file writes them, so that one sees what is alike: the other script, or one letter of it.
    """

    line: int
    name: str
    other_line: int
    other_name: str
    other_register_id: str
