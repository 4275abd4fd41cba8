"""A centre of middle size: 60 educators, 20 influencers, 1,000 visits in the next 120 days."""

import datetime as dt
from itertools import product
from random import Random

from scheduler.booking.terms.free_dates import FreeWish
from scheduler.core.db import transaction
from scheduler.people.models import AvailableHours, Presenter, PresenterLanguage
from scheduler.people.terms import PresenterKind, TeachingLanguage
from scheduler.places.models import BellSchedule, Holiday, Host, HostSchoolTime, Municipality, SchoolCalendarEntry
from scheduler.places.terms.hosts import SchoolCalendar
from scheduler.places.terms.school_time import Grouping, Rotation, Shift
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_presenter
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import make_consent, make_vetting
from tests.factories.visits import new_assignment, new_presentation, new_visit

TOWNS = {
    "Ниш": (43.32, 21.90), "Београд": (44.81, 20.46), "Нови Сад": (45.25, 19.84), "Суботица": (46.10, 19.66),
    "Крагујевац": (44.01, 20.92), "Врање": (42.55, 21.90), "Ужице": (43.86, 19.84), "Зајечар": (43.90, 22.28),
}  # fmt: skip
TODAY = MONDAY.date()
HOURS = (9, 13)  # a visit in the morning, one after noon
EDUCATORS, INFLUENCERS, VISITS = 60, 20, 1000


def write() -> FreeWish:
    """Fill an empty database; the wish is a school in Niš that has told its shifts and asks for a crew of two."""
    dice = Random(7)
    with transaction():  # one commit, not a thousand
        district = make_district()
        seats = TOWNS.items()
        towns = [make_municipality(name, lat=lat, lon=lon, district_id=district.id) for name, (lat, lon) in seats]
        programme = make_programme(centre_id=make_centre().id, educators=1, influencers=1)
        people = _people(programme.centre_id, towns, dice)
        hosts = [make_host(f"Школа {n}", municipality_id=towns[n % len(towns)].id) for n in range(80)]
        _calendar()
        _bells(hosts[0])
        _visits(programme, hosts, people, dice)
        return FreeWish(programme.id, TeachingLanguage.SERBIAN, Audience.PUPILS, host_id=hosts[0].id)


def _people(centre_id: int, towns: list[Municipality], dice: Random) -> list[Presenter]:
    people = []
    for number in range(EDUCATORS + INFLUENCERS):
        kind = PresenterKind.EDUCATOR if number < EDUCATORS else PresenterKind.INFLUENCER
        born = dt.date(2004 + number % 5, 5, 17) if kind is PresenterKind.INFLUENCER else None
        one = make_presenter(kind, centre_id=centre_id, home_id=towns[number % len(towns)].id, birth_date=born)
        make_vetting(one.id)
        if born:
            make_consent(one.id)
        begins = dice.choice([7, 8, 9])
        with transaction() as session:
            for day in range(5):
                row = AvailableHours(
                    presenter_id=one.id,
                    weekday=day,
                    from_local=dt.time(begins),
                    until_local=dt.time(begins + 8 + day % 3),
                )
                session.add(row)
            if number % 10 == 0:
                session.add(PresenterLanguage(presenter_id=one.id, language=TeachingLanguage.HUNGARIAN))
        people.append(one)
    return people


def _calendar() -> None:
    terms = [
        ("term1", dt.date(2026, 9, 1), dt.date(2026, 12, 30)),
        ("term2", dt.date(2027, 1, 18), dt.date(2027, 6, 18)),
    ]
    lines = [(SchoolCalendar.REPUBLIC, line) for line in terms]
    with transaction() as session:
        for calendar, (kind, first, last) in lines:
            session.add(
                SchoolCalendarEntry(calendar=calendar, school_year="2026/27", kind=kind, first_day=first, last_day=last)
            )
        for day in (dt.date(2026, 11, 11), dt.date(2027, 1, 1), dt.date(2027, 1, 2), dt.date(2027, 1, 7)):
            session.add(Holiday(day=day, name_sr_cyrl="Празник", name_sr_latn="Praznik", name_en="Holiday"))


def _bells(host: Host) -> None:
    with transaction() as session:
        told = HostSchoolTime(
            host_id=host.id,
            grouping=Grouping.GRADES,
            rotation=Rotation.WEEK,
            first_grades="1,3,5,7",
            anchor_day=TODAY,
            changed_at=MONDAY,
        )
        told.bells = [
            BellSchedule(
                shift=shift,
                short=False,
                starts_local=dt.time(hour),
                lesson_minutes=45,
                break_minutes=5,
                long_break_after=2,
                long_break_minutes=20,
                lessons=7,
            )
            for shift, hour in ((Shift.MORNING, 8), (Shift.AFTERNOON, 14))
        ]
        session.add(told)


def _visits(programme: Programme, hosts: list[Host], people: list[Presenter], dice: Random) -> None:
    """Each with two presentations and a crew of two whose time is free."""
    days = [TODAY + dt.timedelta(days=number) for number in range(1, 120)]
    slots = list(product([day for day in days if day.weekday() < 5], HOURS))
    pairs = [(slot, number) for slot in slots for number in range(INFLUENCERS)]
    drawn = dice.sample(pairs, VISITS)
    visits, unasked = [], {"classes": "", "expected_pupils": 0, "expected_teachers": 0}
    for (day, _hour), crew in drawn:
        of_town = hosts[(day.toordinal() + crew) % len(TOWNS) :: len(TOWNS)]  # one town a day, so that roads are short
        visits.append(new_visit(programme, dice.choice(of_town).id, VisitState.OFFERED, on_day=day))
    with transaction() as session:
        session.add_all(visits)
        session.flush()
        sittings = []
        for visit, ((_day, hour), crew) in zip(visits, drawn, strict=True):
            pair = people[crew + INFLUENCERS * dice.randrange(3)], people[EDUCATORS + crew]
            sittings += [(new_presentation(visit, dt.time(hour + ordinal), **unasked), pair) for ordinal in (0, 1)]
        session.add_all(row for row, _pair in sittings)
        session.flush()
        session.add_all(new_assignment(row, one.id, AssignmentState.OFFERED) for row, pair in sittings for one in pair)
