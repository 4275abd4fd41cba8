"""Whatever is done, and whenever she looks: the desk shows what the rule says of every visit and request there is.

Pages read only what may wait. Here all are read, with all crews, and judged.
"""

import datetime as dt
from contextlib import suppress
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.terms import AttendanceState, CountSource
from scheduler.core import clock
from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience
from scheduler.readiness.models import NumbersAsked, ToldNote
from scheduler.readiness.terms import ToldHow, ToldWhat
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.queries import standings
from scheduler.turns.queries.desk import desk_of, sittings_not_counted
from scheduler.turns.queries.of_requests import ours_of, rows_of_requests, waiting_of_requests
from scheduler.turns.queries.requests_and_mails import judged_requests
from scheduler.turns.queries.standings import judged_visits, read, waiting_visits
from scheduler.turns.rules import in_order, not_counted, turns_of_visit
from scheduler.turns.terms import Matter, TurnRow
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.substitution import SubstituteSearch
from scheduler.visits.models.visits import Assignment, DateWish, Visit
from scheduler.visits.terms.states import AssignmentState, FindingKind, SubstituteSearchState, VisitState
from tests.ceilings import at_most
from tests.factories import MONDAY
from tests.factories.counting import LEAVING, a_begun_visit, a_counted_visit
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.laws import whereabouts
from tests.visits.scene import Scene
from tools.bench.counting import effort

pytestmark = pytest.mark.both_databases
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LOOKS = (HOUR, DAY, 2 * DAY, 14 * DAY, 15 * DAY, 16 * DAY, 21 * DAY, 22 * DAY, 40 * DAY)  # the visit is 22 days away
Walk = list[tuple[str, int]]
STAFFED = [*(("suggest", who) for who in (0, 1, 3)), ("offer", 9), ("accept", 0), ("accept", 3)]
WALKS: list[Walk] = [
    [*STAFFED, ("accept", 1), ("confirm", 0), ("release", 0), ("tell", 0), ("move", 1)],
    [*STAFFED, ("decline", 1), ("wish", 0), ("answer", 0), ("ask_numbers", 0), ("lapse", 0)],
    [*STAFFED, ("find_away", 0), ("release", 0), ("search", 0), ("stop", 0), ("cancel", 0)],
    [*STAFFED, ("accept", 1), ("promise", 0), ("crew", 2), ("other_kind", 0)],
    [*STAFFED, ("accept", 1), ("confirm", 0), ("promise_elsewhere", 2), ("suggest", 2), ("free", 0), ("shut", 0)],
    [*STAFFED, ("accept", 1), ("confirm", 0), ("join", 0), ("forget", 0), ("take_back", 0)],
]
ACTS = sorted({name for walk in WALKS for name, _number in walk})


class World(whereabouts.World):
    """The visit with everything that is done to it, and each row that the rule asks about written by whoever."""

    def walk(self, acts: Walk) -> None:
        """What the database refuses, a second open wish or a promise of the same hour, is not done."""
        with suppress(sa.exc.IntegrityError):
            super().walk(acts)
        db.session.rollback()

    def write(self, *rows: object) -> None:
        with transaction() as session:
            session.add_all(rows)

    def change(self, statement: sa.Update | sa.Delete) -> None:
        with transaction() as session:
            session.execute(statement)

    def tell(self, _: int) -> None:
        told = {"what": next(iter(ToldWhat)), "how": next(iter(ToldHow)), "told_at": self.now}
        self.write(ToldNote(visit_id=self.visit_id, **told))

    def forget(self, _: int) -> None:
        self.change(sa.delete(ToldNote).where(ToldNote.visit_id == self.visit_id))

    def wish(self, _: int) -> None:
        wish = DateWish(visit_id=self.visit_id, first_choice=VISIT_DAY + DAY, reason="Испит", asked_at=self.now)
        self.write(wish)

    def answer(self, _: int) -> None:
        self.change(sa.delete(DateWish).where(DateWish.visit_id == self.visit_id))

    def ask_numbers(self, _: int) -> None:
        names = ("pupils_before", "parents_before", "teachers_before", "pupils", "parents", "teachers")
        self.write(NumbersAsked(visit_id=self.visit_id, ordinal=1, asked_at=self.now, **dict.fromkeys(names, 30)))

    def find_away(self, number: int) -> None:
        away = {"kind": FindingKind.AWAY, "presenter_id": self.who(number).id, "found_at": self.now}
        self.write(Finding(visit_id=self.visit_id, **away))

    def search(self, _: int) -> None:
        states = {"state": SubstituteSearchState.SEARCHING, "state_since": self.now, "opened_at": self.now}
        self.write(SubstituteSearch(visit_id=self.visit_id, was_confirmed=True, next_wave_at=self.now, **states))

    def stop(self, _: int) -> None:
        of_visit = sa.update(SubstituteSearch).where(SubstituteSearch.visit_id == self.visit_id)
        self.change(of_visit.values(state=SubstituteSearchState.CHOOSING))

    def promise(self, _: int) -> None:
        self.change(sa.update(SchoolRequest).where(SchoolRequest.id == self.asked.id).values(safeguarding_contact=""))

    def crew(self, number: int) -> None:
        programme = sa.select(Visit.programme_id).where(Visit.id == self.visit_id).scalar_subquery()
        self.change(sa.update(Programme).where(Programme.id == programme).values(educators=number + 1))

    def other_kind(self, number: int) -> None:
        young = {
            "birth_date": dt.date(1990, 1, 1),
            "adult_on": dt.date(2008, 1, 1),
            "may_present_from": dt.date(2005, 1, 1),
        }
        educator = Presenter.id == self.who(number).id, Presenter.birth_date.is_(None)  # two correct a written one
        hers = sa.update(Presenter).where(*educator)
        self.change(hers.values(kind=PresenterKind.INFLUENCER, **young))

    def promise_elsewhere(self, number: int) -> None:
        """She promises that very hour to another visit: suggested here, she stands in two places."""
        with transaction():
            other = make_visit(centre_id=self.centre_id, on_day=VISIT_DAY)
            sitting = make_presentation(other, dt.time(10))
            self.other = make_assignment(sitting, self.who(number).id, AssignmentState.ACCEPTED).id

    def free(self, _: int) -> None:
        left = {"state": AssignmentState.WITHDRAWN, "state_since": self.now}
        self.change(sa.update(Assignment).where(Assignment.id == self.other).values(**left))


Said = list[tuple[Matter, str, dt.date | None]]
Everything = tuple[Said, list[tuple[int, int]], dict[int, tuple[object, ...]]]


def said(rows: tuple[TurnRow, ...]) -> Said:
    return [(row.matter, row.number, row.due_on) for row in rows]


def told_of(row: TurnRow) -> tuple[object, ...]:
    return row.matter, row.number, row.wished_day, row.starts_at


def judged_all(actor: Actor, now: dt.datetime) -> Everything:
    """The list, the presentations not counted, and what requests wait for, of all that there is."""
    db.session.rollback()
    today = clock.local_day(now)
    judged = read(judged_visits().where(in_reach(actor, Visit)), now)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standings, "CREWED", tuple(VisitState))
        judged = replace(judged, sittings=standings.sittings_of(judged.visits, dt.date.min))
    turns = judged.turns(now)
    rows = [*turns, *judged_requests(actor, now, sa.true())]
    uncounted = []
    for row in judged.visits:
        standing = judged.standing(row)
        if any(turn.matter is Matter.NOT_COUNTED for turn in turns_of_visit(standing, now, today)):
            uncounted += [(row.id, sitting.id) for sitting in not_counted(standing)]
    still = [row for row in rows if row.matter is Matter.STANDS_STILL]
    ours = {row.request_id: told_of(row) for row in (*turns, *still) if row.request_id and row.verdict.ours}
    return said(in_order([row for row in rows if row.verdict.ours], today)), uncounted, ours


def pages_say(actor: Actor, now: dt.datetime) -> Everything:
    db.session.rollback()
    desk = desk_of(actor, now)
    assert desk.total == len(desk.rows) == desk.found
    visits = waiting_of_requests(actor, now)
    ours = ours_of(actor, visits, now)
    waits = set(db.session.scalars(sa.select(SchoolRequest.id).where(ours.condition.of_request), ours.values))
    rows = rows_of_requests(actor, visits, db.session.scalars(sa.select(SchoolRequest.id)).all(), now)
    assert rows.keys() == waits
    told = {number: told_of(row) for number, row in rows.items()}
    return said(desk.rows), list(sittings_not_counted(actor, now).rows), told


def look(actor: Actor, now: dt.datetime, turn: int = 0) -> None:
    """Now, before, and at two of the moments at which the clock may say something else."""
    for later in (0 * DAY, -DAY, LOOKS[turn % len(LOOKS)], LOOKS[(turn + 4) % len(LOOKS)]):
        assert pages_say(actor, now + later) == judged_all(actor, now + later), later


def walk_and_look(app: Flask, walk: Walk) -> set[str]:
    db.session.remove()
    app.extensions["clean_tables"].empty()
    world = World(0)
    for turn, act in enumerate(walk):
        world.walk([act])
        look(world.desk, world.now, turn)
    return world.done


@pytest.mark.deep
@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk[-1][0])
def test_after_each_act_the_list_is_what_the_rule_says(app: Flask, walk: Walk) -> None:
    done = walk_and_look(app, walk)
    assert {name for name, _number in walk} - done <= {"forget", "take_back", "lapse", "join"}


@pytest.mark.deep
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(more=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 11)), min_size=3, max_size=9))
def test_whatever_is_done_the_list_is_what_the_rule_says(app: Flask, more: Walk) -> None:
    known = {"free"}  # it ends what `promise_elsewhere` began
    walk_and_look(app, [*STAFFED, *(act for act in more if act[0] not in known)])


def test_numbers_that_come_and_go_are_in_the_list_at_once(session) -> None:
    begun = a_begun_visit(talks=2)
    look(begun.coordinator, LEAVING)

    counted = a_counted_visit(programme=session.get_one(Programme, begun.visit.programme_id))
    look(begun.coordinator, LEAVING)
    with transaction() as writing:
        of_it = Attendance.presentation_id == counted.first
        for state in (AttendanceState.ASSUMED, AttendanceState.COUNTERSIGNED):
            writing.execute(sa.update(Attendance).where(of_it).values(state=state))
    look(begun.coordinator, LEAVING + DAY)
    schools = {"source": CountSource.SCHOOL, "version": 1, "audience": Audience.PUPILS, "entered_at": LEAVING}
    with transaction() as writing:
        writing.add(HeadCount(presentation_id=counted.first, people=12, counts=False, **schools))
    look(begun.coordinator, LEAVING + DAY)
    assert {Matter.NOT_COUNTED, Matter.DISPUTED} == {
        row.matter for row in desk_of(begun.coordinator, LEAVING + DAY).rows
    }


def test_pages_of_a_list_and_of_each_matter_are_slices_of_what_the_rule_says(session) -> None:
    scene = Scene()
    programme = {"programme": scene.programme}
    days = {"first_day": MONDAY.date(), "last_day": MONDAY.date() + 9 * DAY}
    for state in (RequestState.NEW, RequestState.TRIAGE, RequestState.NEEDS_INFO, RequestState.AGREED):
        for since in (MONDAY - 90 * DAY, MONDAY - HOUR, MONDAY - 2 * HOUR):
            make_school_request(state, state_since=since, **programme)
    for state in (RequestState.WAITLISTED, RequestState.STAFFING):
        for attention in (False, True, False):
            make_school_request(state, attention=attention, **programme, **days)
    typed = make_host(listed=False)
    for _one in range(2):
        make_school_request(host_id=typed.id, **programme)
    for state in (RequestState.NEW, RequestState.WAITLISTED):  # their visits say more than they
        asked = make_school_request(state, **programme, **days)
        make_presentation(make_visit(school_request_id=asked.id, host_id=asked.host_id, **programme))
    whole, _uncounted, _ours = judged_all(scene.coordinator, MONDAY)
    assert len({matter for matter, _number, _day in whole}) >= 6
    for only in (None, *{matter for matter, _number, _day in whole}):
        wanted = [row for row in whole if only in (None, row[0])]
        pages = [wanted[first : first + 4] for first in range(0, len(wanted), 4)]
        for page, rows in enumerate([*pages, pages[-1]], 1):  # after the last one stands the last one
            desk = desk_of(scene.coordinator, MONDAY, only=[only] if only else (), page=page, per_page=4)
            assert said(desk.rows) == rows
            assert (desk.found, desk.total, desk.page) == (len(wanted), len(whole), min(page, len(pages)))


def test_requests_that_came_on_one_day_stand_by_number_whenever_on_it_they_came(session) -> None:
    scene = Scene(planned=False)
    begins = (MONDAY - 10 * DAY).astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    instant = dt.timedelta(microseconds=1)
    came = (begins + DAY - instant, begins + DAY, begins - instant, begins, begins + 2 * DAY - instant, begins + HOUR)
    for since in came:
        make_school_request(RequestState.NEW, state_since=since, programme=scene.programme)
    whole, _uncounted, _ours = judged_all(scene.coordinator, MONDAY)
    new = [row for row in whole if row[0] is Matter.REQUEST_NEW]
    assert len(new) == len(came)

    for shown in range(1, len(came) + 1):
        assert said(desk_of(scene.coordinator, MONDAY, per_page=shown).rows) == whole[:shown]
        desk = desk_of(scene.coordinator, MONDAY, only=[Matter.REQUEST_NEW], page=2, per_page=shown)
        assert said(desk.rows) == (new[shown : 2 * shown] or new)  # there is no second page of all


def test_however_many_visits_wait_they_are_judged_by_three_questions(session) -> None:
    scene = Scene(planned=False)
    for _ in range(3):
        make_presentation(make_visit(programme=scene.programme))
    with effort(db.engine) as made:
        judged = waiting_visits(scene.coordinator, MONDAY)

    assert len(judged.visits) == 3
    at_most(3, made.statements)
