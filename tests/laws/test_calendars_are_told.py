"""Whoever changes what a calendar entry borrows does it by the act that writes the entries of visits to come anew."""

import re
from pathlib import Path

import scheduler

HOUSE = Path(scheduler.__file__).parent


def test_no_page_command_or_job_changes_it_past_the_calendars() -> None:
    names = "|".join(("change_programme", "spell_name", "import_hosts", "take_back_hosts"))
    past = re.compile(rf"\b(?:accounts|hosts|service)\.(?:{names})\b|from scheduler\.p\S+ import .*\b(?:{names})\b")
    files = [one for door in ("web", "cli", "jobs") for one in (HOUSE / door).rglob("*.py")]

    assert len(files) > 100
    assert [(one.name, found) for one in files for found in past.findall(one.read_text())] == []
