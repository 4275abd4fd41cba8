"""Running numbers."""

import datetime as dt
import threading

import pytest
from flask import Flask

from scheduler.core.db import db, transaction
from scheduler.core.numbers import next_number

DAY = dt.date(2026, 9, 14)


def test_numbers_run_by_series_and_year(app: Flask) -> None:
    with transaction():
        given = [
            next_number("R", DAY),
            next_number("R", DAY),
            next_number("P", DAY),
            next_number("R", dt.date(2027, 1, 1)),
        ]

    assert given == ["R-2026-0001", "R-2026-0002", "P-2026-0001", "R-2027-0001"]


def test_a_rolled_back_number_is_given_out_again(app: Flask) -> None:
    with pytest.raises(RuntimeError), transaction():
        next_number("R", DAY)
        raise RuntimeError
    with transaction():
        assert next_number("R", DAY) == "R-2026-0001"


@pytest.mark.both_databases
def test_twenty_threads_get_twenty_numbers_without_a_gap(app: Flask) -> None:
    given: list[str] = []

    def take() -> None:
        with app.app_context():
            with transaction():
                number = next_number("R", DAY)
            given.append(number)
            db.session.remove()

    threads = [threading.Thread(target=take) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(given) == [f"R-2026-{n:04d}" for n in range(1, 21)]
