"""`make test DAY=…`: what the processes are told, and what cannot be tried."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import another_day, many_days, system

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2026, 9, 14)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine that has the library."""
    library = tmp_path / "usr/lib/any/faketime/libfaketime.so.1"
    library.parent.mkdir(parents=True)
    library.touch()
    return tmp_path


def test_the_day_is_so_many_days_away_and_stopwatches_run_on(machine: Path) -> None:
    told = another_day.environment("2028-02-29", TODAY, machine)

    assert told["FAKETIME"] == "+533d"
    assert told["LD_PRELOAD"].endswith("libfaketime.so.1")
    assert told["FAKETIME_DONT_FAKE_MONOTONIC"] == "1"


@pytest.mark.parametrize(
    ("day", "words"), [("29.2.2028.", "write it like 2028-02-29"), ("2027-02-29", "write it"), ("2026-09-13", "past")]
)
def test_a_day_that_cannot_be_tried_is_refused_in_one_line(day: str, words: str, machine: Path) -> None:
    with pytest.raises(another_day.WrongDay, match=words) as refusal:
        another_day.environment(day, TODAY, machine)

    assert "\n" not in str(refusal.value)


def test_a_machine_without_the_library_is_told_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(another_day.WrongDay, match="apt-get install -y libfaketime"):
        another_day.environment("2028-02-29", TODAY, tmp_path)


def test_the_library_is_installed_only_when_a_day_is_given(tmp_path: Path) -> None:
    without, given = (set(system.missing_packages(tmp_path, path=str(tmp_path), day=day)) for day in ("", "2028-02-29"))

    assert given - without == {"libfaketime"}


def test_the_command_ends_with_code_2_and_one_line_when_the_day_is_wrong() -> None:
    env = {name: text for name, text in os.environ.items() if name not in another_day.NAMES} | {"DAY": "tomorrow"}
    command = [sys.executable, "-m", "tools.checks", "fast"]

    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", "DAY is 'tomorrow': write it like 2028-02-29\n")


@pytest.mark.parametrize("number", [1, 20, 60])
def test_many_days_are_different_ones_with_the_odd_among_them(number: int) -> None:
    days = many_days.days_of_two_years(number)

    assert len(set(days)) == len(days) == max(number, len(many_days.ODD))
    assert set(many_days.ODD) <= set(days)
    assert days == sorted(days)
