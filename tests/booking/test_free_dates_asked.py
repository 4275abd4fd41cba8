"""Free dates as they are asked of the database."""

import datetime as dt

import pytest
from sqlalchemy import update

from scheduler.booking.queries.free_dates import free_dates
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.booking.terms.free_dates import FreeDates, FreeWish, Lack
from scheduler.core.errors import NotFound
from scheduler.people.models import AvailabilityException, AvailableHours, Presenter
from scheduler.people.terms import PresenterKind, TeachingLanguage
from scheduler.places.models import Closure, Holiday, Host, SchoolCalendarEntry
from scheduler.places.queries import host_of, school_days
from scheduler.places.terms.hosts import ClosureReason, SchoolCalendar
from scheduler.programmes.terms import Audience
from scheduler.safeguarding.models import GuardianConsent
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.places import make_municipality
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.visits import m_scale
from tests.visits.defences import take_defences_away
from tests.visits.scene import Scene

pytestmark = pytest.mark.both_databases
DAY = dt.timedelta(days=1)
THURSDAY = dt.date(2026, 10, 15)


class Asked(Scene):
    """A school in Niš that asks, and an educator there who comes on working days from 8 to 16."""

    def __init__(self, session, **programme: object) -> None:
        super().__init__(planned=False, notice_days=0, **programme)
        self.session = session
        self.person = self.educator()
        self.add(
            *(
                AvailableHours(weekday=day, from_local=dt.time(8), until_local=dt.time(16), **self.hers)
                for day in range(5)
            )
        )

    @property
    def hers(self) -> dict[str, int]:
        return {"presenter_id": self.person.id}

    def add(self, *rows: object) -> None:
        self.session.add_all(rows)
        self.session.commit()

    def answer(self, **given: object) -> FreeDates:
        fair = {"programme_id": self.programme.id, "language": TeachingLanguage.SERBIAN, "audience": Audience.PUPILS}
        where = {} if "municipality_id" in given else {"host_id": self.host.id}
        return free_dates(FreeWish(**(fair | where | given)), now=MONDAY)


def on(answer: FreeDates, day: dt.date) -> tuple[dt.time, ...]:
    return next(one.starts for one in answer.days if one.day == day)


def lack_on(answer: FreeDates, day: dt.date) -> Lack | None:
    return next(one.lack for one in answer.days if one.day == day)


@pytest.fixture
def asked(session) -> Asked:
    return Asked(session)


def test_nobody_is_looked_for_further_than_she_said_she_goes(asked, session):
    far = make_municipality("Београд", lat=44.80, lon=20.46).id
    for reach_km, lack in ((100, Lack.REACH), (400, None)):
        session.execute(update(Presenter).values(reach_km=reach_km, home_id=far))
        session.commit()

        assert lack_on(asked.answer(), THURSDAY) is lack


def test_a_working_day_is_free_from_eight_to_a_quarter_past_three(asked):
    starts = on(asked.answer(), THURSDAY)

    assert (starts[0], starts[-1], len(starts)) == (dt.time(8), dt.time(15, 15), 30)


@pytest.mark.parametrize("travels", [True, False])
@pytest.mark.parametrize("at_home", [True, False])
def test_a_minor_is_found_free_for_her_own_town_or_where_she_may_travel(session, travels, at_home):
    asked = Asked(session, influencers=1)
    minor = asked.minor()
    hours = [
        AvailableHours(presenter_id=minor.id, weekday=day, from_local=dt.time(8), until_local=dt.time(16))
        for day in range(5)
    ]
    asked.add(*hours)
    town_id = minor.home_id if at_home else make_municipality().id
    take_defences_away(session, "guardian_consent")
    session.execute(update(GuardianConsent).values(travels=travels))
    session.execute(update(Host).where(Host.id == asked.host.id).values(municipality_id=town_id))
    session.commit()

    assert bool(on(asked.answer(), THURSDAY)) is (travels or at_home)


def test_open_days_are_the_school_days_of_places(asked):
    town = asked.host.municipality_id
    asked.add(
        Holiday(day=dt.date(2026, 11, 11), name_sr_cyrl="Дан", name_sr_latn="Dan", name_en="Day"),
        Closure(
            municipality_id=town, first_day=THURSDAY, last_day=THURSDAY + DAY, reason=ClosureReason.SNOW,
            closed_at=MONDAY,
        ),
        Closure(first_day=THURSDAY + 20 * DAY, last_day=THURSDAY + 24 * DAY, reason=ClosureReason.SNOW,
                closed_at=MONDAY, open_from=THURSDAY + 22 * DAY, lifted_at=MONDAY),
        Closure(calendar=SchoolCalendar.VOJVODINA, first_day=THURSDAY + 9 * DAY, last_day=THURSDAY + 12 * DAY,
                reason=ClosureReason.STRIKE, closed_at=MONDAY),
        *(
            SchoolCalendarEntry(
                calendar=SchoolCalendar.REPUBLIC, school_year="2026/27", kind=kind, first_day=first, last_day=last
            )
            for kind, first, last in (
                ("term1", dt.date(2026, 9, 1), dt.date(2026, 12, 30)),
                ("break-autumn", dt.date(2026, 10, 26), dt.date(2026, 10, 27)),
                ("working-saturday", dt.date(2026, 10, 17), dt.date(2026, 10, 17)),
            )
        ),
    )  # fmt: skip
    first = MONDAY.date()
    expected = school_days(host_of(asked.host.id), first, first + (HORIZON_DAYS - 1) * DAY)

    answer = asked.answer(audience=Audience.TEACHERS)

    closed = (Lack.NO_LESSONS, Lack.SHUT)
    assert [one.day for one in answer.days if one.lack not in closed] == expected
    assert [lack_on(answer, day) for day in (THURSDAY, THURSDAY + 20 * DAY, THURSDAY + 22 * DAY)] == [
        Lack.SHUT,
        Lack.SHUT,
        None,
    ]


def test_what_she_said_of_her_days_counts(asked):
    asked.add(
        AvailabilityException(first_day=THURSDAY, last_day=THURSDAY, available=False, **asked.hers),
        AvailabilityException(first_day=THURSDAY + DAY, last_day=THURSDAY + DAY, available=True, **asked.hers),
    )

    answer = asked.answer()

    assert lack_on(answer, THURSDAY) is Lack.TIME
    assert on(answer, THURSDAY + DAY)[-1] == dt.time(20, 15)


def test_a_promise_takes_her_time_and_a_suggestion_does_not(asked):
    visit = make_visit(programme=asked.programme, host_id=asked.host.id, on_day=THURSDAY)
    make_assignment(make_presentation(visit, dt.time(10)), asked.person.id)

    starts = on(asked.answer(), THURSDAY)

    assert dt.time(9) in starts
    assert not {dt.time(9, 15), dt.time(10), dt.time(10, 45)} & set(starts)
    assert dt.time(11) in starts


def test_nobody_speaks_hungarian(asked):
    answer = asked.answer(language=TeachingLanguage.HUNGARIAN)

    assert answer.free == ()
    assert answer.lacking is not None
    assert (answer.lacking.lack, answer.lacking.kind) == (Lack.LANGUAGE, PresenterKind.EDUCATOR)


def test_a_municipality_stands_for_a_school_that_is_not_chosen_yet(asked):
    answer = asked.answer(municipality_id=asked.host.municipality_id)

    assert on(answer, THURSDAY) == on(asked.answer(), THURSDAY)


def test_a_host_that_does_not_exist_is_not_found(asked):
    with pytest.raises(NotFound):
        asked.answer(host_id=99_999)


@pytest.mark.deep
def test_at_m_scale_five_questions_are_enough(session):
    wish = m_scale.write()

    with statements() as made:
        answer = free_dates(wish, now=MONDAY)

    at_most(5, made)
    assert len(answer.free) > 20
