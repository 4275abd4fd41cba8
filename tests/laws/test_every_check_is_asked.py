"""What is kept is compared with what it was made of each night: no room's check is left out of those that are asked."""

import importlib
from pathlib import Path

import scheduler
from scheduler.jobs import invariants

HOUSE = Path(scheduler.__file__).parent


def checks() -> set[str]:
    """The modules of rooms that say what must never be so."""
    files = [one for one in HOUSE.rglob("*.py") if "\ndef violations() -> list[str]:" in one.read_text()]
    modules = {".".join((HOUSE.name, *one.relative_to(HOUSE).with_suffix("").parts)) for one in files}
    return modules - {invariants.__name__}


def test_every_check_is_asked_each_night_and_by_the_command() -> None:
    found = checks()

    assert len(found) > 15
    assert {importlib.import_module(one).violations for one in found} == set(invariants.ROOMS)
