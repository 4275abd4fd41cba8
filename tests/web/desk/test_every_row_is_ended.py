"""A coordinator ends each row of the first page by the act that stands in it, until nothing waits."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler.attendance.models import HeadCount
from scheduler.attendance.terms import AttendanceState, CountSource, HeadCounts
from scheduler.core.db import db, transaction
from scheduler.messages.terms import MessageState
from scheduler.places.service.hosts import propose_host
from scheduler.places.terms.hosts import HostDraft, HostKind
from scheduler.policy import ANONYMOUS, Actor, Role
from scheduler.posts.service import move_post
from scheduler.posts.terms import PostState
from scheduler.readiness.models import NumbersAsked
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.offers import answer_offer
from scheduler.turns.queries.desk import desk_of
from scheduler.turns.terms import Matter, TurnRow
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.substitution import SubstituteSearch
from scheduler.visits.models.visits import Assignment, DateWish, Presentation, Visit
from scheduler.visits.terms.states import (
    AssignmentState,
    ClockWrong,
    FindingKind,
    PresentationState,
    SubstituteSearchState,
    VisitState,
)
from scheduler.web.turn_words import WORDS, act_of
from tests.ceilings import at_most
from tests.factories import MONDAY
from tests.factories.attendance import make_attendance
from tests.factories.messages import make_message
from tests.factories.people import make_user, presenter_actor, works
from tests.factories.posts import planned
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, an_educator_on_working_days
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.laws.page_reader import FormSeen, seen_on
from tests.visits.scene import Scene
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of, selects_of

_A, _V = AssignmentState, VisitState


@dataclass
class Row:
    """A row of the first page: what waits, and how it is ended."""

    why: str
    form: FormSeen | None
    place: str

    def press(self, browser: FlaskClient) -> None:
        assert self.form
        answer = browser.post(self.form.action, data=dict(self.form.fields))
        assert answer.location == "/desk", answer.text  # back where it was pressed


def rows_on_desk(browser: FlaskClient) -> list[Row]:
    page = browser.get("/desk?lang=en").text
    listed = page[page.index('id="next"') : page.index("Visits today and tomorrow")]
    found = []
    for one in listed.split("<tr")[2:]:
        forms = [form for form in seen_on("/desk", one)[0] if not form.action.endswith("/put-off")]
        place = re.search(r'class="button[^"]*" href="([^"]+)"', one)
        why = re.search(r"<summary>(.*?)</summary>", one)
        assert why
        found.append(Row(why[1], forms[0] if forms else None, place[1].split("#")[0] if place else ""))
    return found


def send(browser: FlaskClient, place: str, part: str, **typed: str) -> None:
    """Open a page, and send its form that leads to such an address as the page filled it."""
    forms, _links = seen_on(place, browser.get(place).text)
    form = next(one for one in forms if part in one.action and one.method == "POST")
    kept = {name: value for name, value in form.fields if name != "look"}
    answer = browser.post(form.action, data=kept | typed)
    assert answer.status_code == 302, answer.text


def test_a_request_goes_from_new_to_confirmed_by_the_acts_in_its_rows_and_then_nothing_waits(app):
    educator = an_educator_on_working_days()
    make_school_request(RequestState.NEW, programme=make_programme(centre_id=educator.centre_id))
    coordinator = staff_of(app, educator)
    told, clicks = [], 0
    while found := rows_on_desk(coordinator):
        [row] = found  # one thing stands once
        told.append(row.why)
        clicks += 1 if row.form else 2  # a press, or a page and its press
        if row.form:
            row.press(coordinator)
        elif row.place.endswith("/plan"):
            send(coordinator, row.place, "/plan")
        else:
            send(coordinator, row.place, "/suggest/")
        if told[-1] == "Presenters chosen, offer not sent":
            assert rows_on_desk(coordinator) == []  # it is the presenter's turn now
            [visit_id] = rows_of(Visit.id)
            answer_offer(presenter_actor(educator), visit_id, accepts=True, now=MONDAY)

    assert told == [
        "New request",
        "The school waits for an answer",
        "No presenter yet",
        "Presenters chosen, offer not sent",
        "Everybody has accepted",
    ]
    assert clicks == 7  # and one of the presenter's
    assert "Nothing waits for you" in coordinator.get("/desk?lang=en").text


def test_a_visit_stands_once_for_what_presses_most_and_without_who_left_its_crew(app):
    scene, tomorrow = Scene(planned=False), MONDAY.date() + dt.timedelta(days=1)
    ana = scene.educator(given_name="Ana", family_name="Bolesna")
    asked = make_school_request(RequestState.STAFFING, programme=scene.programme, attention=True)
    visit = make_visit(
        _V.PLANNED, programme=scene.programme, on_day=tomorrow, school_request_id=asked.id, confirmed_at=MONDAY
    )
    make_assignment(make_presentation(visit), ana.id, _A.WITHDRAWN)
    with transaction() as session:
        session.add(DateWish(visit_id=visit.id, first_choice=tomorrow, reason="Такмичење.", asked_at=MONDAY))
    coordinator = staff_of(app, scene)

    found = [row for row in desk_of(scene.coordinator, MONDAY).rows if row.request_id == asked.id]
    page = coordinator.get("/desk?lang=en").text

    assert [row.matter for row in found] == [Matter.CREW_LOST]
    assert "Bolesna" not in page
    assert "Tue 15" in page or "15 Sep" in page
    assert "nobody yet" in page


def test_the_inbox_knows_that_a_visit_waits_for_the_coordinator(app):
    scene = Scene(planned=False)
    asked = make_school_request(RequestState.STAFFING, programme=scene.programme)
    visit = make_visit(_V.PLANNED, programme=scene.programme, school_request_id=asked.id)
    make_assignment(make_presentation(visit), scene.educator().id, _A.DECLINED)
    coordinator = staff_of(app, scene)

    listed = coordinator.get("/requests?lang=en").text

    row = next(one for one in listed.split("<tr") if asked.number in one)
    assert "nobody else asked" in row
    assert f'href="/visits/{visit.number}#crew"' in row
    assert listed.index("Waits for you") < listed.index(asked.number)


def test_the_whole_page_asks_as_often_for_twenty_visits_as_for_one(app):
    scene = Scene(planned=False)
    coordinator = staff_of(app, scene)

    def more(days: int) -> None:
        asked = make_school_request(RequestState.STAFFING, programme=scene.programme)
        day = MONDAY.date() + dt.timedelta(days=days)
        visit = make_visit(_V.OFFERED, programme=scene.programme, school_request_id=asked.id, on_day=day)
        make_assignment(make_presentation(visit), a_cleared_educator(centre_id=scene.centre_id).id, _A.ACCEPTED)
        make_school_request(RequestState.NEW, programme=scene.programme)

    more(1)
    coordinator.get("/desk")
    one = selects_of(coordinator, "/desk")
    for days in range(2, 8):
        more(days)
    assert selects_of(coordinator, "/desk") == one
    at_most(13, one)  # what is put off is one question


# --- a small centre on which each matter stands ---


A, R, V = AssignmentState, RequestState, VisitState
TODAY, DAY, WEEKS = MONDAY.date(), dt.timedelta(days=1), dt.timedelta(weeks=3)
FAR = TODAY + WEEKS
CONFIRMED = {"confirmed_at": MONDAY - 2 * DAY}
SEARCH = {"state_since": MONDAY, "opened_at": MONDAY, "was_confirmed": True}
OFF = {"reason": "Нема ко да иде.", "by": "centre", "cause": "no_crew"}


class SmallCentre:
    """A programme of one educator, and one thing for each matter."""

    def __init__(self) -> None:
        self.programme = make_programme(educators=1, influencers=0)
        self.centre_id = self.programme.centre_id
        self.weeks = 0
        self.sittings: dict[int, Presentation] = {}
        self.people = [works(a_cleared_educator(centre_id=self.centre_id)) for _ in range(4)]

    def asked(self, state: RequestState, **given: object) -> int:
        return make_school_request(state, programme=self.programme, **given).id

    def visit(self, state: VisitState, *seats: AssignmentState, on_day: dt.date | None = None, **given) -> Visit:
        """Of a request whose school has promised all; its crew are these, each in that state. Each has its own week."""
        self.weeks += 1
        on_day = on_day or FAR + self.weeks * 7 * DAY
        of_request = {V.PLANNED: R.STAFFING, V.OFFERED: R.STAFFING, V.DISRUPTED: R.DISRUPTED}.get(state, R.CONFIRMED)
        given = {"programme": self.programme} | given
        visit = make_visit(state, on_day=on_day, school_request_id=self.asked(of_request), **given)
        held = {V.CONFIRMED: PresentationState.CONFIRMED, V.DISRUPTED: PresentationState.DISRUPTED}
        sitting = make_presentation(visit, state=held.get(state, PresentationState.PLANNED))
        self.sittings[visit.id] = sitting
        for seat in seats:
            make_assignment(sitting, a_cleared_educator(centre_id=self.centre_id).id, seat)
        return visit

    def fill(self) -> None:
        for state in (R.NEW, R.TRIAGE, R.AGREED):
            self.asked(state)
        self.asked(R.NEEDS_INFO, state_since=MONDAY - 30 * DAY, question="Када?")
        self.asked(R.NEEDS_INFO, attention=True, question="Када?")
        self.asked(R.WAITLISTED, first_day=TODAY - DAY, last_day=TODAY + DAY)
        unlisted = propose_host(ANONYMOUS, HostDraft(HostKind.LIBRARY, "Читаоница Липа", "Суботица"), now=MONDAY)
        self.asked(R.NEEDS_INFO, host_id=unlisted.id, question="Када?")
        with transaction():
            make_message(centre_id=self.centre_id).state = MessageState.FAILED
            away = {"away": "Ana", "stand_in": "Mila", "first_day": TODAY, "last_day": TODAY}
            make_message(kind="handover_ended", values=away, centre_id=self.centre_id).state = MessageState.HELD
        self._fill_with_visits()

    def _fill_with_visits(self) -> None:
        self.visit(V.PLANNED)
        self.visit(V.PLANNED, on_day=TODAY - DAY)
        self.visit(V.PLANNED, A.SUGGESTED)
        self.visit(V.PLANNED, A.DECLINED)
        self.visit(V.OFFERED, A.OFFERED, on_day=TODAY + 3 * DAY)
        self.visit(V.OFFERED, A.ACCEPTED)
        self.visit(V.OFFERED, A.ACCEPTED, A.WITHDRAWN, **CONFIRMED)
        self.visit(V.PLANNED, A.WITHDRAWN, **CONFIRMED)
        early = self.visit(V.CONFIRMED, A.ACCEPTED, clock_wrong=ClockWrong.TOO_EARLY, **CONFIRMED)
        _stopped, named = self.visit(V.DISRUPTED, A.WITHDRAWN), self.visit(V.DISRUPTED, A.WITHDRAWN)
        wished = self.visit(V.CONFIRMED, A.ACCEPTED, **CONFIRMED)
        sick = self.visit(V.PLANNED, A.WITHDRAWN, **CONFIRMED)
        with transaction() as session:
            for one in (named, wished):
                session.add(DateWish(visit_id=one.id, first_choice=one.on_day + DAY, reason="Излет.", asked_at=MONDAY))
            session.add(SubstituteSearch(visit_id=sick.id, state=SubstituteSearchState.STOPPED, **SEARCH))
            clock = {"kind": FindingKind.CLOCK, "ordinal": 1, "class_name": "5-1", "why": ClockWrong.TOO_EARLY}
            session.add(Finding(visit_id=early.id, found_at=MONDAY, **clock))
        self._fill_with_crews()
        self._fill_with_numbers()

    def _fill_with_crews(self) -> None:
        """Crews of which something is wrong: twice at once, no time, too few, one who left."""
        twice = self.visit(V.PLANNED, A.SUGGESTED)
        elsewhere = make_presentation(make_visit(V.OFFERED, on_day=twice.on_day))  # of another centre
        away, left = (self.visit(V.CONFIRMED, A.ACCEPTED, **CONFIRMED) for _ in range(2))
        sought = self.visit(V.PLANNED, A.WITHDRAWN, **CONFIRMED)
        [clashing], [goes] = (self.crew_of(one) for one in (twice, away))
        make_assignment(elsewhere, clashing, A.ACCEPTED)
        make_assignment(self.sittings[left.id], self.people[1].id, A.REPLACED)
        two = make_programme(educators=2, influencers=0, centre_id=self.centre_id)
        self.visit(V.OFFERED, A.ACCEPTED, programme=two)
        self.visit(V.OFFERED, A.OFFERED, A.DECLINED, programme=two)
        unpromised = make_visit(V.OFFERED, programme=self.programme, on_day=FAR + DAY, teacher_stays=False)
        make_assignment(make_presentation(unpromised), a_cleared_educator(centre_id=self.centre_id).id, A.ACCEPTED)
        lost = self.visit(V.OFFERED, A.ACCEPTED)  # by an erasure after a backup was put back
        with transaction() as session:
            session.get_one(SchoolRequest, lost.school_request_id).safeguarding_contact = ""
            searching = {"state": SubstituteSearchState.SEARCHING, "next_wave_at": MONDAY + DAY}
            session.add(SubstituteSearch(visit_id=sought.id, **searching, **SEARCH))
            session.add(Finding(visit_id=away.id, found_at=MONDAY, kind=FindingKind.AWAY, presenter_id=goes))
            more = self.visit(V.CONFIRMED, A.ACCEPTED, **CONFIRMED)
            before, now = ({"pupils": n, "parents": 0, "teachers": 2} for n in (90, 150))
            was = {f"{name}_before": value for name, value in before.items()}
            session.add(NumbersAsked(visit_id=more.id, ordinal=1, asked_at=MONDAY, **was, **now))

    def crew_of(self, visit: Visit) -> list[int]:
        seats = db.session().scalars(select(Assignment).where(Assignment.presentation_id == self.sittings[visit.id].id))
        return [seat.presenter_id for seat in seats]

    def _fill_with_numbers(self) -> None:
        held = make_visit(V.CONFIRMED, programme=self.programme, on_day=TODAY - 3 * DAY, confirmed_at=MONDAY - WEEKS)
        make_assignment(make_presentation(held, state=PresentationState.CONFIRMED), self.people[0].id, A.ACCEPTED)
        self._counted(AttendanceState.COUNTERSIGNED, by_school=70)
        self._counted(AttendanceState.COUNTERSIGNED, by_school=90, announced=20)
        self._counted(AttendanceState.ASSUMED)

    def _counted(self, state: AttendanceState, *, by_school: int | None = None, announced: int = 90) -> None:
        visit = make_visit(V.DELIVERED, programme=self.programme, on_day=TODAY - 3 * DAY)
        sitting = make_presentation(visit, state=PresentationState.DELIVERED, expected_pupils=announced)
        make_attendance(sitting, HeadCounts(pupils=90, teachers=2), state)
        if by_school is not None:
            given = {"presentation_id": sitting.id, "source": CountSource.SCHOOL, "version": 1, "entered_at": MONDAY}
            said = HeadCounts(pupils=by_school, teachers=2).by_audience()
            with transaction() as session:
                session.add_all(HeadCount(audience=who, people=people, **given) for who, people in said.items())


def typed(day: dt.date) -> str:
    return day.strftime("%d.%m.%Y.")


SAID = {"reason": "Договорено телефоном."}
ERRORS = re.compile(r"error[^>]*>\s*(?:<[^>]*>\s*)*([^<]*)")
Ends = Callable[[FlaskClient, str, TurnRow], None]


def sends(part: str, **said: str) -> Ends:
    """By a form of the page to which the row leads, as the page filled it, with these words."""

    def ends(browser: FlaskClient, place: str, _row: TurnRow) -> None:
        forms, _links = seen_on(place, browser.get(place).text)
        form = next(one for one in forms if part in one.action and one.method == "POST")
        kept = {name: value for name, value in form.fields if name != "look"}
        answer = browser.post(form.action, data=kept | said)
        if answer.status_code == 422 and 'name="meant"' in answer.text:  # what speaks against the day is told
            [again] = [one for one in seen_on(place, answer.text)[0] if part in one.action and one.method == "POST"]
            told = {name: value for name, value in again.fields if name != "look"}
            answer = browser.post(again.action, data=told | said | {"meant": "y"})
        assert answer.status_code == 302, (place, part, ERRORS.findall(answer.text))

    return ends


def follows(link: str, **said: str) -> Ends:
    """By a page to which the row's own page leads."""

    def ends(browser: FlaskClient, place: str, row: TurnRow) -> None:
        _forms, links = seen_on(place, browser.get(place).text)
        there = next(one for one in sorted(links) if link in one and row.number in one)
        sends(link, **said)(browser, there, row)

    return ends


OFF_IT_GOES = follows("/cancel", **OFF)
ENDS: dict[Matter, Ends] = {  # those that are not one press in the row
    Matter.DECIDE_NOW: OFF_IT_GOES,
    Matter.PASSED: sends("/move", on_day=typed(FAR + 2 * DAY)),
    Matter.STANDS_STILL: sends("/end", by="school", **SAID),
    Matter.MAIL_FAILED: sends("/settled"),
    Matter.MAIL_HELD: follows("/discard", **SAID),
    Matter.POST_UNREADY: sends("/ready"),
    Matter.POST_DUE: sends("/posted"),
    Matter.DATES_OVER: sends("/decline", **SAID),
    Matter.UNANSWERED: OFF_IT_GOES,
    Matter.DATE_WISH: follows("/keep-date", **SAID),
    Matter.HOST_TYPED: sends("/confirm"),
    Matter.REQUEST_TRIAGE: sends("/plan"),
    Matter.COUNTS_CHANGED: sends("/note"),
    Matter.REQUEST_AGREED: sends("/plan"),
    Matter.CREW_LOST: OFF_IT_GOES,
    Matter.CLASH: follows("/withdraw", **SAID),
    Matter.CREW_AWAY: sends("/crew-comes"),
    Matter.SUBSTITUTE_SOUGHT: sends("/waves/stop"),
    Matter.SCHOOL_TO_TELL: sends("/text", whom="school", how="phone"),
    Matter.NO_PROMISE: sends("/promise", safeguarding_contact="Мира Савић", teacher_stays="y"),
    Matter.CREW_SHORT: sends("/suggest/"),
    Matter.PLACE_OPEN: sends("/suggest/"),
    Matter.NUMBERS_ASKED: sends("/numbers", answer="decline", **SAID),
    Matter.CLOSED_DAY: sends("/replan", on_day=typed(dt.date(2026, 12, 17))),  # never before the day that fell out
    Matter.DAY_NAMED: sends("/replan"),
    Matter.CLOCK_WRONG: sends("/clock"),
    Matter.OFFER_GONE: sends("/suggest/"),
    Matter.NO_CREW: sends("/suggest/"),
    Matter.NOT_COUNTED: sends("/count", pupils="90", teachers="2"),
    Matter.DISPUTED: sends("/lock"),
    Matter.FAR_COUNT: sends("/lock"),
    Matter.SILENT: sends("/lock"),
}


def waiting_for(actor: Actor) -> tuple[TurnRow, ...]:
    db.session.expire_all()
    return desk_of(actor, MONDAY).rows


@pytest.mark.deep
def test_every_row_of_a_small_centre_is_ended_by_its_own_act_until_nothing_waits(app):
    centre = SmallCentre()
    centre.fill()
    user = make_user(Role.COORDINATOR, centre_id=centre.centre_id)
    actor, browser = user.actor(), browser_of(app, user)
    planned(actor)
    move_post(actor, planned(actor), PostState.READY, now=MONDAY)
    first = {row.matter for row in waiting_for(actor)}
    pressed = 0

    while rows := waiting_for(actor):
        with app.test_request_context():
            act = act_of(rows[0], MONDAY)
        place = act.href.split("#")[0]
        assert place.replace("&", "&amp;") in browser.get("/desk").text
        if act.fields:
            assert browser.post(place, data=dict(act.fields)).location == "/desk"
        else:
            ENDS[rows[0].matter](browser, place, rows[0])
        pressed += 1
        assert pressed < 100, rows[0]

    assert first == set(WORDS)  # each matter that is a coordinator's: none can be forgotten
    assert "Nothing waits for you" in browser.get("/desk?lang=en").text
