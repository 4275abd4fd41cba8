"""Free dates as they are asked of the database: they follow every act, and keep the limits of a minor."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from scheduler.booking.queries.free_dates import free_dates, near_calendar, open_calendar
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.booking.terms.free_dates import FreeDates, FreeDay, FreeWish, Lack
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.models import AvailabilityException, AvailableHours, Presenter, PresenterLanguage, PresenterSkill
from scheduler.people.terms import PresenterKind, TeachingLanguage
from scheduler.places.models import Closure, ClosurePlace, Holiday, Host, Municipality, SchoolCalendarEntry
from scheduler.places.queries import host_of, school_days
from scheduler.places.terms.hosts import ClosureReason, SchoolCalendar
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience
from scheduler.safeguarding.models import AssignmentStop, GuardianConsent, Vetting
from scheduler.safeguarding.terms import VettingResult
from scheduler.staffing.queries.young_load import violations
from scheduler.visits.models.held_time import DateHold
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.terms.states import AssignmentState
from tests.booking.book_now import DAY, MINUTE, TEN, THURSDAY, BookNow, mails, visits
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.places import make_municipality
from tests.factories.safeguarding import make_vetting
from tests.factories.staffing import make_busy
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.visits import m_scale
from tests.visits.defences import take_defences_away

pytestmark = pytest.mark.both_databases


class Asked(BookNow):
    """A school in Niš that asks, and an educator there who comes on working days from 8 to 16."""

    def __init__(self, session, **programme: object) -> None:
        super().__init__(**programme)
        self.session, self.person = session, self.people[0]
        self.hers = {"presenter_id": self.person.id}

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


def test_a_working_day_is_free_from_eight_to_a_quarter_past_three_also_of_a_municipality_and_in_no_other_language(
    asked,
):
    starts = on(asked.answer(), THURSDAY)
    foreign = asked.answer(language=TeachingLanguage.HUNGARIAN)

    assert (starts[0], starts[-1], len(starts)) == (dt.time(8), dt.time(15, 15), 30)
    assert on(asked.answer(municipality_id=asked.host.municipality_id), THURSDAY) == starts
    assert (foreign.free, foreign.lacking.lack, foreign.lacking.kind) == ((), Lack.LANGUAGE, PresenterKind.EDUCATOR)
    with pytest.raises(NotFound):
        asked.answer(host_id=99_999)


@pytest.mark.parametrize("travels", [True, False])
@pytest.mark.parametrize("at_home", [True, False])
def test_a_minor_is_found_free_for_her_own_town_or_where_she_may_travel(session, travels, at_home):
    asked = Asked(session, influencers=1)
    minor = asked.works(asked.minor())
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
            places=[ClosurePlace(municipality_id=town)], first_day=THURSDAY, last_day=THURSDAY + DAY,
            reason=ClosureReason.SNOW, closed_at=MONDAY,
        ),
        Closure(places=[ClosurePlace()], first_day=THURSDAY + 20 * DAY, last_day=THURSDAY + 24 * DAY,
                reason=ClosureReason.SNOW, closed_at=MONDAY, open_from=THURSDAY + 22 * DAY, lifted_at=MONDAY),
        Closure(places=[ClosurePlace(calendar=SchoolCalendar.VOJVODINA)], first_day=THURSDAY + 9 * DAY,
                last_day=THURSDAY + 12 * DAY, reason=ClosureReason.STRIKE, closed_at=MONDAY),
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


def test_what_she_said_of_her_days_counts_and_what_she_has_promised(asked):
    week = THURSDAY + 7 * DAY
    asked.add(
        AvailabilityException(first_day=THURSDAY, last_day=THURSDAY, available=False, **asked.hers),
        AvailabilityException(first_day=THURSDAY + DAY, last_day=THURSDAY + DAY, available=True, **asked.hers),
    )
    visit = make_visit(programme=asked.programme, host_id=asked.host.id, on_day=week)
    make_assignment(make_presentation(visit, dt.time(10)), asked.person.id)

    answer = asked.answer()

    assert lack_on(answer, THURSDAY) is Lack.TIME
    assert on(answer, THURSDAY + DAY)[-1] == dt.time(17, 15)  # of pupils whose shifts nobody knows, the end is 18:00
    assert not {dt.time(9, 15), dt.time(10), dt.time(10, 45)} & set(on(answer, week))
    assert {dt.time(9), dt.time(11)} <= set(on(answer, week))


@pytest.mark.deep
def test_at_m_scale_five_questions_are_enough(session):
    wish = m_scale.write()

    with statements() as made:
        answer = free_dates(wish, now=MONDAY)

    at_most(5, made)
    assert len(answer.free) > 20


DEFENDED = "guardian_consent", "vetting", "assignment_stop", "assignment", "presenter", "visit", "presentation"
Act = Callable[["Busy"], object]


class Busy(BookNow):
    """A school that asks, two educators and two young presenters; and what happens to all that an answer is made of."""

    def __init__(self, session) -> None:
        super().__init__(educators=2, influencers=1)
        self.people += [self.works(self.minor(email=f"tara{number}@centre.example")) for number in range(2)]
        self.session, self.now, self.dice = session, MONDAY, Random(5)
        for table in DEFENDED:
            take_defences_away(session, table)

    def one(self) -> int:
        return self.dice.choice(self.people).id

    def day(self) -> dt.date:
        return THURSDAY + self.dice.randint(0, 30) * DAY

    def add(self, *rows: object) -> None:
        self.session.add_all(rows)
        self.session.commit()

    def run(self, statement) -> None:
        self.session.execute(statement)
        self.session.commit()

    def wishes(self) -> list[FreeWish]:
        fair = self.wish().wish
        by_town = FreeWish(
            fair.programme_id, fair.language, Audience.PARENTS, municipality_id=self.host.municipality_id
        )
        return [fair, by_town, self.wish(language=TeachingLanguage.HUNGARIAN).wish]

    def answers(self) -> list[FreeDates]:
        db.session.rollback()
        return [near_calendar(wish, now=self.now).free_dates(wish) for wish in self.wishes()]


def are_promised(book: Busy) -> None:
    """Both educators: of one alone the other would go."""
    visit = make_visit(programme=book.programme, host_id=book.host.id, on_day=book.day())
    seat = make_presentation(visit, dt.time(book.dice.randint(8, 15)))
    for person in book.people[:2]:
        make_assignment(seat, person.id)


ACTS: dict[str, Act] = {
    "is away": lambda book: book.add(
        AvailabilityException(
            presenter_id=book.one(), first_day=(day := book.day()), last_day=day + 4 * DAY, available=False
        )
    ),
    "comes on a Saturday": lambda book: book.add(
        AvailabilityException(
            presenter_id=book.one(), first_day=THURSDAY + 2 * DAY, last_day=THURSDAY + 2 * DAY, available=True
        )
    ),
    "is not away": lambda book: book.run(delete(AvailabilityException)),
    "comes in the evening": lambda book: book.add(
        AvailableHours(
            presenter_id=book.one(), weekday=book.dice.randint(0, 6),
            from_local=dt.time(17, book.dice.randint(0, 59)), until_local=dt.time(21),
        )
    ),
    "comes on one day less": lambda book: book.run(
        delete(AvailableHours).where(
            AvailableHours.presenter_id == book.one(), AvailableHours.weekday == book.dice.randint(0, 4)
        )
    ),
    "are promised": are_promised,
    "are promised for another day": are_promised,
    "a promise is withdrawn": lambda book: book.run(
        update(Assignment)
        .where(Assignment.id == select(func.min(Assignment.id)).scalar_subquery())
        .values(state=AssignmentState.WITHDRAWN)
    ),
    "all promises are withdrawn": lambda book: book.run(update(Assignment).values(state=AssignmentState.WITHDRAWN)),
    "a visit is online": lambda book: book.run(update(Visit).values(online_link="https://meet.example.org/1")),
    "the school moves": lambda book: book.run(
        update(Host).values(lat=43.3 + book.dice.random() / 9, lon=21.9)
    ),
    "a town moves": lambda book: book.run(update(Municipality).values(lat=43.3 + book.dice.random() / 9)),
    "goes not far": lambda book: book.run(
        update(Presenter).where(Presenter.id == book.one()).values(reach_km=book.dice.randint(60, 200))
    ),
    "is of age": lambda book: book.run(
        update(Presenter).where(Presenter.kind == PresenterKind.INFLUENCER).values(adult_on=book.day())
    ),
    "takes nothing new": lambda book: book.add(AssignmentStop(presenter_id=book.people[0].id, stopped_at=MONDAY)),
    "takes all again": lambda book: book.run(delete(AssignmentStop)),
    "a check undoes her vetting": lambda book: make_vetting(
        book.people[1].id, result=VettingResult.REFUSED, checked_on=MONDAY.date()
    ),
    "a vetting ends": lambda book: book.run(
        update(Vetting).where(Vetting.presenter_id == book.one()).values(valid_until=book.day())
    ),
    "a guardian's consent ends": lambda book: book.run(
        update(GuardianConsent).where(GuardianConsent.presenter_id == book.one()).values(valid_until=book.day())
    ),
    "a guardian lets her travel": lambda book: book.run(
        update(GuardianConsent).values(travels=book.dice.random() < 0.5)
    ),
    "speaks another language": lambda book: book.add(
        PresenterLanguage(presenter_id=book.people[0].id, language=TeachingLanguage.HUNGARIAN)
    ),
    "speaks it no more": lambda book: book.run(
        delete(PresenterLanguage).where(PresenterLanguage.language == TeachingLanguage.HUNGARIAN)
    ),
    "speaks of something else": lambda book: book.run(
        delete(PresenterSkill).where(PresenterSkill.presenter_id == book.people[3].id)
    ),
    "the programme is longer": lambda book: book.run(update(Programme).values(minutes=book.dice.choice((30, 60, 90)))),
    "the programme wants notice": lambda book: book.run(
        update(Programme).values(notice_days=book.dice.randint(0, 20))
    ),
    "the programme wants nobody young": lambda book: book.run(
        update(Programme).values(influencers=book.dice.randint(0, 1))
    ),
    "snow": lambda book: book.add(
        Closure(places=[ClosurePlace()], first_day=(day := book.day()), last_day=day + DAY, reason=ClosureReason.SNOW,
                closed_at=MONDAY)
    ),
    "a holiday": lambda book: book.add(
        Holiday(day=MONDAY.date() + book.dice.randint(1, 60) * DAY, name_sr_cyrl="Дан", name_sr_latn="Dan",
                name_en=f"Day {book.dice.random()}")
    ),
    "no closures": lambda book: book.run(delete(Closure)),
    "an hour passes": lambda book: setattr(book, "now", book.now + 60 * MINUTE),
    "a day passes": lambda book: setattr(book, "now", book.now + DAY),
}  # fmt: skip


def in_random_order(seed: int) -> list[str]:
    """Each of them twice, in an order of chance; each promise that ends was made before."""
    names = sorted(ACTS) * 2
    Random(seed).shuffle(names)
    return names


@pytest.mark.deep
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_act_the_answer_is_what_everybody_would_say(session, seed: int):
    book, wrong, changes, before = Busy(session), [], 0, []
    book.dice = Random(seed)
    for name in in_random_order(seed):
        try:
            ACTS[name](book)
        except IntegrityError:  # said twice, or over another promise: what is refused has changed nothing
            session.rollback()
        answers = book.answers()
        if answers != [open_calendar(wish, now=book.now).free_dates(wish) for wish in book.wishes()]:
            wrong.append(name)
        changes += answers != before
        before = answers

    assert wrong == []
    assert changes > 12  # of the acts, most of which touch another day or person than the answer before
    assert len({one.days for one in book.answers()}) > 1


def test_a_date_that_is_held_is_free_for_who_holds_it_alone_and_for_all_when_its_time_is_over(session):
    """Nothing is stored when a hold ends: the question has the moment in it."""
    book = BookNow()
    assert book.free_at()
    held = book.hold()
    mine = book.wish(own_hold=held.id).wish

    for _ in range(2):
        assert not book.free_at()
        found = near_calendar(mine, now=MONDAY).free_dates(mine)
        assert any(one.day == THURSDAY and dt.time(10) in one.starts for one in found.days)
    assert book.free_at(now=held.until + MINUTE)
    assert not book.free_at()  # the clock of another request stands earlier
    session.execute(delete(DateHold))
    session.commit()
    assert book.free_at()


def test_a_crew_that_is_named_is_another_question(session):
    wish = BookNow().wish().wish
    of_a_crew = replace(wish, crew=(10**6,))
    calendar = near_calendar(wish, now=MONDAY)

    of_all, of_them = calendar.free_dates(wish), calendar.free_dates(of_a_crew)

    assert of_them == near_calendar(wish, now=MONDAY).free_dates(of_a_crew) != of_all


@pytest.fixture
def young(session) -> BookNow:
    """A school asks for an educator and an influencer; on Thursday at ten nobody is promised elsewhere."""
    return BookNow(influencers=1)


def day_of(young: BookNow, day: dt.date) -> FreeDay:
    return next(one for one in free_dates(young.wish().wish, now=MONDAY).days if one.day == day)


@pytest.mark.parametrize(
    ("day", "busy", "given"),
    [
        (TEN.on_day, [TEN.on_day - number * DAY for number in (1, 2, 3)], {}),
        (dt.date(2026, 10, 29), [dt.date(2026, 10, number) for number in (6, 7, 8, 13, 14, 15, 20, 21)], {}),
        (TEN.on_day, [TEN.on_day - DAY], {"minutes": 330}),
    ],
    ids=["a full week", "a month that is full before its week begins", "hours count as visits do"],
)
def test_no_day_of_a_full_week_or_month_is_free_by_a_minor_and_a_week_later_is(young, day, busy, given):
    make_busy(young.works(young.minor()), *busy, **given)

    assert day_of(young, day).lack is Lack.TAKEN
    assert day_of(young, day + 7 * DAY).starts


def test_a_booking_is_given_to_who_has_room_and_its_proof_plans_the_visit(young):
    make_busy(young.works(young.minor()), *(TEN.on_day - number * DAY for number in (1, 2, 3)))
    young.works(young.minor())

    young.hold()
    request_id = young.send()
    young.prove(request_id)

    assert "booking_taken" in mails()
    assert "booking_gone" not in mails()
    assert [one.school_request_id for one in visits() if one.on_day == TEN.on_day] == [request_id]
    assert violations() == []
