"""Free dates follow every act: the days of the nearest presenters are those that everybody would say."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from scheduler.booking.queries.free_dates import near_calendar, open_calendar
from scheduler.booking.terms.free_dates import FreeDates, FreeWish
from scheduler.core.db import db
from scheduler.people.models import AvailabilityException, AvailableHours, Presenter, PresenterLanguage, PresenterSkill
from scheduler.people.terms import PresenterKind, TeachingLanguage
from scheduler.places.models import Closure, Holiday, Host, Municipality
from scheduler.places.terms.hosts import ClosureReason
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience
from scheduler.safeguarding.models import AssignmentStop, GuardianConsent, Vetting
from scheduler.safeguarding.terms import VettingResult
from scheduler.visits.models.held_time import DateHold
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.terms.states import AssignmentState
from tests.booking.book_now import MINUTE, THURSDAY, BookNow
from tests.factories import MONDAY
from tests.factories.safeguarding import make_vetting
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.visits.defences import take_defences_away

pytestmark = pytest.mark.both_databases
DAY = dt.timedelta(days=1)
DEFENDED = "guardian_consent", "vetting", "assignment_stop", "assignment", "presenter", "visit", "presentation"
Act = Callable[["Book"], object]


class Book(BookNow):
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


def are_promised(book: Book) -> None:
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
        Closure(first_day=(day := book.day()), last_day=day + DAY, reason=ClosureReason.SNOW, closed_at=MONDAY)
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
    book, wrong, changes, before = Book(session), [], 0, []
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


def test_a_date_that_is_held_is_gone_at_once_and_free_again_when_its_time_is_over(session):
    """Nothing is stored when a hold ends: the question has the moment in it."""
    book = BookNow()
    assert book.free_at()
    held = book.hold()

    assert not book.free_at()
    assert not book.free_at()
    assert book.free_at(now=held.until + MINUTE)
    assert not book.free_at()  # the clock of another request stands earlier
    session.execute(delete(DateHold))
    session.commit()
    assert book.free_at()


def test_who_holds_a_date_sees_it_free_and_nobody_else_does(session):
    book = BookNow()
    held = book.hold()
    mine = book.wish(own_hold=held.id).wish

    for _ in range(2):
        assert not book.free_at()
        found = near_calendar(mine, now=MONDAY).free_dates(mine)
        assert any(one.day == THURSDAY and dt.time(10) in one.starts for one in found.days)


def test_a_crew_that_is_named_is_another_question(session):
    wish = BookNow().wish().wish
    of_a_crew = replace(wish, crew=(10**6,))
    calendar = near_calendar(wish, now=MONDAY)

    of_all, of_them = calendar.free_dates(wish), calendar.free_dates(of_a_crew)

    assert of_them == near_calendar(wish, now=MONDAY).free_dates(of_a_crew) != of_all
