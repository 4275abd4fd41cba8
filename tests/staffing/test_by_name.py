"""A page of the presenters by name is that part of the whole list, and its names come with the days of each."""

import datetime as dt
import random

import pytest

from scheduler.core.db import transaction
from scheduler.people.models import AvailabilityException, AvailableHours, Presenter, User
from scheduler.people.queries import exceptions_of, hours_of
from scheduler.staffing.queries.availability import availability_of, names_and_availability
from scheduler.staffing.queries.by_name import presenter_ids_page, presenter_names
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_presenter

pytestmark = pytest.mark.both_databases
TODAY, DAY = MONDAY.date(), dt.timedelta(days=1)
FAMILIES = ("Žikić", "Ђурић", "Đurić", "Šarić", "Савић", "Savić", "van der Ćirić", "O'Hara-Jović", "%", "Ђурић ")
GIVEN = ("Ana", "Ана", "Đorđe", "Ана Марија", "Ana Marija", "Жика", "Zoran", "2 Ana")


@pytest.fixture
def centre_id(session) -> int:
    """Some share both names, some write them in other letters, one is gone, some are suspended, one is elsewhere."""
    centre_id: int = make_centre().id
    names = [(family, given) for family in FAMILIES for given in GIVEN]
    for number, (family, given) in enumerate(random.Random(5).sample(names, 45) + names[:9]):
        spelled = {"family_name": family, "given_name": given, "email": f"p{number}@a.example"}
        one = make_presenter(centre_id=centre_id, **spelled)
        with transaction() as inside:
            if number % 7 == 3:
                inside.get(Presenter, one.id).suspended_at = MONDAY
            if number == 8:
                inside.get(User, one.user_id).erased_at = MONDAY
    make_presenter()
    return centre_id


def test_a_page_is_that_part_of_the_whole_list_wherever_it_begins(centre_id):
    for among in ((), (Presenter.suspended_at.is_(None),), (Presenter.id < 0,)):
        whole = [one.presenter_id for one in presenter_names(centre_id, *among)]
        for rows in [slice(0, 100), slice(100, 200)] + [slice(at, at + many) for many in (1, 7) for at in range(60)]:
            assert presenter_ids_page(centre_id, *among, rows=rows) == (whole[rows], len(whole))


def test_names_come_with_the_days_of_each_in_one_question(centre_id):
    every = presenter_names(centre_id)
    with transaction() as writing:
        for number, one in enumerate(every[:20]):
            hours = {"from_local": dt.time(9), "until_local": dt.time(11 + number % 3)}
            writing.add(AvailableHours(presenter_id=one.presenter_id, weekday=number % 5, **hours))
            span = {"first_day": TODAY - number * DAY, "last_day": TODAY + (number % 4) * DAY}
            who = every[number * 2].presenter_id
            writing.add(AvailabilityException(presenter_id=who, available=number % 2 == 0, **span))
    for part in (every, every[30:5:-2], every[:1]):
        ids, days = [one.presenter_id for one in part], (TODAY + DAY, TODAY + 7 * DAY)
        with statements() as asked:
            found = names_and_availability(ids, *days)
        assert found == (part, availability_of(ids, *days))
        assert [one.full_name for one in found[0]] == [one.full_name for one in part]
        assert [one.given_name.other for one in found[0]] == [one.given_name.other for one in part]
        at_most(1, asked)
    assert names_and_availability([], TODAY, TODAY) == ([], ({}, {}))


TODAY, DAY = MONDAY.date(), dt.timedelta(days=1)


@pytest.mark.both_databases
@pytest.mark.usefixtures("session")
def test_hours_and_exceptions_are_those_of_each_table():
    ana, bojan, vera = (make_presenter() for _ in range(3))
    with transaction() as writing:
        for weekday, hour in ((3, 12), (0, 9), (0, 14)):
            hours = {"from_local": dt.time(hour), "until_local": dt.time(hour + 2, 30)}
            writing.add(AvailableHours(presenter_id=ana.id, weekday=weekday, **hours))
        for who, begins, days, available in ((ana, 4, 1, True), (ana, 0, 2, False), (bojan, -9, 3, False)):
            span = {"first_day": TODAY + begins * DAY, "last_day": TODAY + (begins + days) * DAY}
            writing.add(AvailabilityException(presenter_id=who.id, available=available, **span))
    ids, last = [ana.id, bojan.id, vera.id], TODAY + 7 * DAY

    assert availability_of(ids, TODAY, last) == (hours_of(ids), exceptions_of(ids, TODAY, last))
    assert availability_of([], TODAY, last) == ({}, {})
