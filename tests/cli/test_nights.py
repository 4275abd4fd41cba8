"""`backup nightly FOLDER --at 02:10` stays, and does what the timer of a machine does: a backup a night."""

import datetime as dt
import signal

import pytest

from scheduler.cli import nights
from scheduler.cli.nights import hour_passed
from scheduler.config import settings
from scheduler.core import ledger
from scheduler.core.clock import BELGRADE
from tests.factories import MONDAY

TEN_PAST_TWO = dt.time(2, 10)


def utc(text_of: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text_of}+00:00")


@pytest.mark.parametrize(("now", "passed"), [
    ("2026-11-24T01:09", "2026-11-23T01:10"),
    ("2026-11-24T01:10", "2026-11-24T01:10"),
    ("2026-11-24T23:30", "2026-11-24T01:10"),  # there it is the next day already
    ("2026-07-24T01:09", "2026-07-24T00:10"),
    ("2026-03-29T12:00", "2026-03-29T01:10"),  # a night without ten past two: the hour later
    ("2026-10-25T01:30", "2026-10-25T00:10"),  # a night with two of them: the first
])  # fmt: skip
def test_the_hour_is_that_of_the_centre(now: str, passed: str):
    assert hour_passed(utc(now), TEN_PAST_TWO, BELGRADE) == utc(passed)


class TimeIsUp(Exception):
    """The test has seen enough."""


@pytest.fixture
def stay(run, newest_schema, the_clock, tmp_path, monkeypatch):
    """Start the command in a folder at a moment, look on for some hours, and say when backups were made."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def looked_on(began: dt.datetime, hours: int, folder=tmp_path / "made") -> list[str]:
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            the_clock.moves_on(dt.timedelta(minutes=20))
            if len(slept) > hours * 3:
                raise TimeIsUp

        the_clock.stands_at(began)
        monkeypatch.setattr(nights.time, "sleep", sleep)
        done = run("backup", "nightly", folder, "--at", "02:10")
        assert isinstance(done.exception, TimeIsUp), done.output
        looked_on.said = done.stderr
        return sorted(path.name[9:22] for path in folder.glob("raspored-*.zip"))

    yield looked_on
    (settings().instance / ledger.FILE).unlink(missing_ok=True)


def test_a_backup_is_made_each_night_and_none_between(stay):
    began = MONDAY.replace(hour=12, minute=0)
    night = f"{began + dt.timedelta(days=1):%Y%m%d}", f"{began + dt.timedelta(days=2):%Y%m%d}"
    made = stay(began, hours=47)
    assert [name[:8] for name in made] == [f"{began:%Y%m%d}", *night]  # the first at once: there was none
    assert {name[9:11] for name in made[1:]} <= {"00", "01"}  # in UTC


def test_a_later_start_makes_no_second_one_and_makes_up_for_nights_that_the_machine_slept_through(stay):
    began = MONDAY.replace(hour=12, minute=0)
    first = stay(began, hours=1)
    assert stay(began + dt.timedelta(hours=5), hours=2) == first
    assert len(stay(began + dt.timedelta(days=3), hours=1)) == 2


def test_trust_r27_a_backup_of_a_clock_that_was_ahead_keeps_no_night_from_its_own(stay):
    began = MONDAY.replace(hour=12, minute=0)
    stay(began + dt.timedelta(days=400), hours=1)
    assert len(stay(began, hours=23)) == 1 + 2


def test_what_fails_is_told_and_waits_for_the_next_night(stay, tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert stay(MONDAY.replace(hour=12, minute=0), 47, tmp_path / "file" / "made") == []
    assert stay.said.count("Error: ") == 3


def test_an_hour_that_is_none_is_refused(run, tmp_path):
    done = run("backup", "nightly", tmp_path, "--at", "25:00")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "write it like 02:10" in done.stderr
