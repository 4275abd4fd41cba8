"""Who may enter a school on a day stands in several places; one table of days is asked in all of them (TRUST S45, S50).

The rule, the triggers of both databases, clearances, the lists of proofs, candidates and free dates.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from scheduler.booking.queries import seekers
from scheduler.booking.rules.free_dates import allowed_days
from scheduler.core.db import db, transaction
from scheduler.core.refusals import refused_by
from scheduler.people.models import Presenter
from scheduler.people.rules import adult_on, is_minor, may_present_from
from scheduler.people.terms import PresenterKind, TeachingLanguage
from scheduler.programmes.queries import programme_of
from scheduler.safeguarding.models import Vetting
from scheduler.safeguarding.queries import has_consent, vetting_covers
from scheduler.safeguarding.rules import consent_on, vetting_on
from scheduler.safeguarding.terms import ConsentMethod, ConsentRow, VettingResult, VettingRow
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.clearances import Lacks, clearance_pages, proof_pages
from scheduler.visits.models.visits import Presentation
from scheduler.visits.queries.clearance import ONLINE, clearance, uncleared_crew
from scheduler.visits.rules.crew import uncleared
from scheduler.visits.terms.plans import UnderLaw
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import AssignmentState
from tests.bounds import at_each_bound
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_presenter
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, make_consent, make_vetting
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.visits.defences import take_defences_away

DAY = dt.timedelta(days=1)
LONG_AGO, FAR_OFF = dt.date(2020, 1, 1), dt.date(2030, 12, 31)
SIXTEEN = dt.date(2010, 3, 1)  # of whom is born then, on VISIT_DAY
LEAP = dt.date(2012, 2, 29)
CLEARED, REFUSED = VettingResult.CLEARED, VettingResult.REFUSED
Days = tuple[dt.date, dt.date]
Answer = WhyNot | None  # None: she may go


class Person(NamedTuple):
    """Somebody on a day, by what is stored of her: checks and consents in the order in which they were recorded."""

    day: dt.date = VISIT_DAY
    born: dt.date | None = None
    checks: tuple[tuple[VettingResult, dt.date, dt.date], ...] = ((CLEARED, LONG_AGO, FAR_OFF),)
    consents: tuple[Days, ...] = ()


def near(number: int, day: dt.date = VISIT_DAY) -> dt.date:
    return day + number * DAY


def checked(*checks: tuple[VettingResult, dt.date, dt.date]) -> Person:
    return Person(checks=checks)


def minor(given_on: dt.date, valid_until: dt.date) -> Person:
    return Person(born=SIXTEEN, consents=((given_on, valid_until),))


AROUND = (-1, 0, 1)
CHECK_DAY = dt.date(2026, 9, 1)
CLEARED_THEN = (CLEARED, CHECK_DAY, FAR_OFF)
REFUSALS = [(REFUSED, near(number, CHECK_DAY), near(number, CHECK_DAY)) for number in AROUND]
UNVETTED, TOO_YOUNG, NO_CONSENT = WhyNot.UNVETTED, WhyNot.TOO_YOUNG, WhyNot.NO_CONSENT
LAW: tuple[tuple[str, list[Person], tuple[Answer, Answer, Answer]], ...] = (
    ("checked on the day", [checked((CLEARED, near(n), FAR_OFF)) for n in AROUND], (None, None, UNVETTED)),
    ("checked until the day", [checked((CLEARED, LONG_AGO, near(n))) for n in AROUND], (UNVETTED, None, None)),
    (
        "checked later for fewer days",
        [checked((CLEARED, LONG_AGO, near(n)), (CLEARED, CHECK_DAY, CHECK_DAY)) for n in AROUND],
        (UNVETTED, None, None),
    ),
    ("refused on the day of a check", [checked(CLEARED_THEN, one) for one in REFUSALS], (None, UNVETTED, UNVETTED)),
    ("refused first, that day", [checked(one, CLEARED_THEN) for one in REFUSALS], (None, UNVETTED, UNVETTED)),
    (
        "refused and never cleared",
        [checked((result, LONG_AGO, FAR_OFF)) for result in (REFUSED, CLEARED, REFUSED)],
        (UNVETTED, None, UNVETTED),
    ),
    ("consent given on the day", [minor(near(n), FAR_OFF) for n in AROUND], (None, None, NO_CONSENT)),
    ("consent until the day", [minor(LONG_AGO, near(n)) for n in AROUND], (NO_CONSENT, None, None)),
    (
        "born fifteen years before",
        [Person(born=near(n, dt.date(2011, 10, 6)), consents=((LONG_AGO, FAR_OFF),)) for n in AROUND],
        (None, None, TOO_YOUNG),
    ),
    (
        "born eighteen years before, no consent",
        [Person(born=near(n, dt.date(2008, 10, 6))) for n in AROUND],
        (None, None, NO_CONSENT),
    ),
    (
        "born on 29 February, fifteen on 1 March",
        [Person(near(n, dt.date(2027, 3, 1)), LEAP, consents=((LONG_AGO, FAR_OFF),)) for n in AROUND],
        (TOO_YOUNG, None, None),
    ),
    (
        "born on 29 February, eighteen on 1 March",
        [Person(near(n, dt.date(2030, 3, 1)), LEAP) for n in AROUND],
        (NO_CONSENT, None, None),
    ),
    (
        "consent until two days before the eighteenth birthday",
        [Person(near(n), near(1, dt.date(2008, 10, 6)), consents=((LONG_AGO, near(-1)),)) for n in AROUND],
        (None, NO_CONSENT, None),
    ),
)


def by_rule(person: Person) -> Answer:
    """The rules alone, without a database."""
    checks = [VettingRow(number, *check) for number, check in enumerate(person.checks)]
    consents = [
        ConsentRow(number, "Vesna Ilić", ConsentMethod.LINK, ("takes_part",), *days, withdrawn=False)
        for number, days in enumerate(person.consents)
    ]
    born = person.born
    law = UnderLaw(adult_on(born) if born else None, may_present_from(born) if born else None, suspended=False)
    agreed = consent_on(consents, person.day, minor=is_minor(law.adult_on, person.day)).holds
    return first(uncleared(law, person.day, vetted=vetting_on(checks, person.day).holds, agreed=agreed))


def first(reasons: Any) -> Answer:
    """The first reason of the law; others are of other rules."""
    return next((one.code for one in reasons if one.code in (UNVETTED, TOO_YOUNG, NO_CONSENT)), None)


@at_each_bound(*((name, by_rule, people, answers) for name, people, answers in LAW))
def test_the_rule_knows_each_day(rule, value, answer):
    assert rule(value) == answer


class Stage:
    """All people of the table in one centre, each as `make_presenter` and its neighbours store her."""

    def __init__(self) -> None:
        self.people: dict[int, tuple[str, Person, Answer]] = {}
        with transaction():
            self.centre_id = make_centre().id
            self.programme = make_programme(centre_id=self.centre_id)
            self.programme_id, self.coordinator = self.programme.id, an_actor(centre_id=self.centre_id)
            for name, people, answers in LAW:
                for person, answer in zip(people, answers, strict=True):
                    self.people[self.stored(person)] = name, person, answer

    def stored(self, person: Person) -> int:
        kind = PresenterKind.INFLUENCER if person.born else PresenterKind.EDUCATOR
        who = make_presenter(kind, birth_date=person.born, centre_id=self.centre_id).id
        for result, checked_on, valid_until in person.checks:
            make_vetting(who, result=result, checked_on=checked_on, valid_until=valid_until)
        for given_on, valid_until in person.consents:
            make_consent(who, given_on=given_on, valid_until=valid_until)
        return who

    def by_day(self) -> Iterator[tuple[dt.date, list[int]]]:
        for day in sorted({person.day for _name, person, _answer in self.people.values()}):
            yield day, [who for who, (_name, person, _answer) in self.people.items() if person.day == day]

    def presentation(self, day: dt.date) -> Presentation:
        """With an adult, so that a minor may come."""
        presentation = make_presentation(make_visit(on_day=day, programme=self.programme))
        make_assignment(presentation, a_cleared_educator().id)
        return presentation

    def expected_of(self, *reasons: WhyNot) -> dict[int, Answer]:
        return {who: answer if answer in reasons else None for who, (_name, _person, answer) in self.people.items()}

    def named(self, answers: dict[int, Any]) -> dict[str, Any]:
        """The answers by name, for the reader of a failed test."""
        names = {who: f"{name} {person}" for who, (name, person, _answer) in self.people.items()}
        return {names[who]: answers[who] for who in self.people}


@pytest.fixture
def stage(session) -> Stage:
    return Stage()


BY_NAME = {"presenter_is_vetted": UNVETTED, "presenter_is_old_enough": TOO_YOUNG, "minor_has_consent": NO_CONSENT}


def by_trigger(stage: Stage) -> dict[int, Answer]:
    """Whom the table of assignments refuses."""
    found: dict[int, Answer] = {}
    for day, ids in stage.by_day():
        presentation = stage.presentation(day)
        for who in ids:
            found[who] = None
            try:
                make_assignment(presentation, who, AssignmentState.SUGGESTED)
            except IntegrityError as refusal:
                found[who] = BY_NAME[refused_by(refusal)]
    return found


def by_clearance(stage: Stage) -> dict[int, Answer]:
    return {who: first(why) for day, ids in stage.by_day() for who, why in clearance(ids, day, ONLINE).items()}


def by_candidates(stage: Stage) -> dict[int, Answer]:
    found: dict[int, Answer] = {}
    for day, ids in stage.by_day():
        visit_id = stage.presentation(day).visit_id
        for one in candidates(stage.coordinator, visit_id, now=MONDAY, among=ids):
            assert one.barred == bool(first(one.reasons))
            found[one.presenter_id] = first(one.reasons)
    return found


@pytest.mark.postgres_decides
@pytest.mark.parametrize("ask", [by_trigger, by_clearance, by_candidates])
def test_the_database_and_who_plans_give_the_same_reason(stage, ask: Callable[[Stage], dict[int, Answer]]):
    assert stage.named(ask(stage)) == stage.named(stage.expected_of(UNVETTED, TOO_YOUNG, NO_CONSENT))


def by_queries(stage: Stage) -> dict[int, Answer]:
    found: dict[int, Answer] = {}
    for day, ids in stage.by_day():
        checks = exists().where(Vetting.presenter_id == Presenter.id, *vetting_covers(day))
        vetted = set(db.session().scalars(select(Presenter.id).where(checks)))
        young = set(db.session().scalars(select(Presenter.id).where(Presenter.adult_on > day)))
        agreed = has_consent(ids, day)
        for who in ids:
            lacks = NO_CONSENT if who in young and who not in agreed else None
            found[who] = lacks if who in vetted else UNVETTED
    return found


def by_lists(stage: Stage) -> dict[int, Answer]:
    """Who stands on the list of those who cannot be assigned, and by which proof."""
    found: dict[int, Answer] = {}
    lists = {Lacks.LACKING: 1}
    for day, ids in stage.by_day():
        lines = proof_pages(stage.centre_id, day, lists, per_page=100)[Lacks.LACKING].rows
        lacking = {one.presenter_id: NO_CONSENT if one.vetting.holds else UNVETTED for one in lines}
        rows = clearance_pages(stage.centre_id, day, lists, per_page=100)[Lacks.LACKING].rows
        assert [one.presenter.presenter_id for one in rows if one.vetting.holds and one.consent.holds] == []
        assert [one.presenter.presenter_id for one in rows] == list(lacking)
        found |= {who: lacking.get(who) for who in ids}
    return found


@pytest.mark.both_databases
@pytest.mark.parametrize("ask", [by_queries, by_lists])
def test_what_officers_read_says_the_same_of_checks_and_consents(stage, ask: Callable[[Stage], dict[int, Answer]]):
    assert stage.named(ask(stage)) == stage.named(stage.expected_of(UNVETTED, NO_CONSENT))


def by_free_dates(stage: Stage) -> dict[int, bool]:
    found: dict[int, bool] = {}
    for day, ids in stage.by_day():
        taught = programme_of(stage.programme_id), TeachingLanguage.SERBIAN
        errand = seekers.Errand(*taught, town=None, point=None, span=(near(-1, day), near(1, day)), now=MONDAY)
        people = {one.presenter_id: one for one in seekers.everybody(errand)}
        days = [near(number, day) for number in AROUND]
        found |= {who: day in allowed_days(people[who], days) for who in ids}
    return found


def by_the_minute(stage: Stage) -> dict[int, bool]:
    """Whom the job of each minute finds in a crew, all of the table being put there past the triggers."""
    for day, ids in stage.by_day():
        presentation = stage.presentation(day)
        with transaction() as session:
            take_defences_away(session, "assignment")
            for who in ids:
                make_assignment(presentation, who)
    found = uncleared_crew(MONDAY)
    return {who: who not in found for who in stage.people}


@pytest.mark.both_databases
@pytest.mark.parametrize("ask", [by_free_dates, by_the_minute])
def test_free_dates_and_the_job_of_each_minute_let_the_same_people_go(stage, ask: Callable[[Stage], dict[int, bool]]):
    allowed = {who: answer is None for who, answer in stage.expected_of(UNVETTED, TOO_YOUNG, NO_CONSENT).items()}
    assert stage.named(ask(stage)) == stage.named(allowed)
