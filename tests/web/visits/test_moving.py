"""A visit that moves: doubled and skipped hours, its crew, every paper of it, and pages that were opened before."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from scheduler import config
from scheduler.attendance.queries.tally import tallies_of
from scheduler.core import tokens
from scheduler.core.db import transaction
from scheduler.policy import SYSTEM
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.safeguarding.models import AssignmentStop
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.service.recompute import recompute_times
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState, VisitState
from scheduler.web.requests.school.dates import ProposeForm
from scheduler.web.seen_forms import UntilForm
from tests.factories import MONDAY
from tests.factories.feeds import make_feed
from tests.factories.people import make_user, presenter_actor
from tests.factories.safeguarding import an_educator_on_working_days
from tests.factories.staffing import UNTIL, a_plan, make_busy
from tests.factories.visits import VISIT_DAY
from tests.laws.page_reader import seen_on
from tests.papers import saved, words_of
from tests.visits.scene import Scene, states, visit_of
from tests.web.browser import browser_of
from tests.web.reading import rows_of, value_of
from tests.web.visits.pages import (
    ANSWER_BY,
    DAY,
    body,
    coordinator,
    link_of,
    meant,
    number_of_visit,
    offered_soon,
    plan_soon,
    state_of,
)

# --- when the clocks change (TRUST R25) ---


BACK = "25.10.2026."  # a Sunday
FORWARD = "28.3.2027."
TWICE = "Write which one you mean: the clocks go back on this day"
BY_THURSDAY = {"until_day": "1.10.2026.", "until_time": "14:00"}
MEANT = meant(dt.date(2026, 10, 25), "02:30")


def second_hour(hour: int) -> list[dt.datetime]:
    """Half past two of that night, once by summer time (0) and once by winter time (1)."""
    return [dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC)]


def starts() -> list[dt.datetime]:
    return rows_of(Presentation.starts_at)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("typed", "hour"),
    [("2:30A", 0), ("2.30 a", 0), ("2:30\u0410", 0), ("02:30B", 1), ("2:30 Б", 1), ("2:30\u0412", 1)],
    ids=["A", "a", "Cyrillic A", "B", "be", "Cyrillic ve"],
)
def test_a_doubled_hour_is_asked_about_and_either_of_the_two_is_taken(desk, scene, typed, hour):
    path, before = f"/visits/{plan_soon(scene)}/move", starts()
    form = BY_THURSDAY | MEANT | {"on_day": BACK, "starts-0-starts_local": "2:30", "starts-0-outside_shift": "y"}

    asked = desk.post(path, data=form)

    assert (asked.status_code, TWICE in body(asked), 'value="2:30"' in body(asked)) == (422, True, True)
    assert starts() == before
    assert desk.post(path, data=form | {"starts-0-starts_local": typed}).status_code == 302
    assert starts() == second_hour(hour)
    assert recompute_times(SYSTEM, now=MONDAY).moved == 0
    assert starts() == second_hour(hour)


@pytest.mark.both_databases
def test_a_visit_moves_from_the_first_of_two_hours_to_the_second_and_back(desk, scene):
    path = f"/visits/{plan_soon(scene)}/move"
    form = BY_THURSDAY | MEANT | {"on_day": BACK, "starts-0-outside_shift": "y", "reason": "Night"}
    for typed, hour, said in (("2:30A", 0, "Moved."), ("2:30B", 1, "Moved."), ("2:30B", 1, "at that time already")):
        answer = desk.post(path, data=form | {"starts-0-starts_local": typed}, follow_redirects=True)

        assert said in body(answer)
        assert starts() == second_hour(hour)


def test_a_visit_moves_from_the_first_of_two_hours_to_the_second_on_the_board(desk, scene):
    number = plan_soon(scene)
    form = BY_THURSDAY | {"on_day": BACK, "presenter": "", "act": "move"}

    for typed, hour in (("2:30A", 0), ("2:30B", 1)):
        assert desk.post(f"/visits/{number}/place", data=form | {"starts_local": typed}).status_code == 302
        assert starts() == second_hour(hour)


def test_a_skipped_hour_is_refused_in_words(desk, scene):
    path, before = f"/visits/{plan_soon(scene)}/move", starts()
    form = BY_THURSDAY | {"on_day": FORWARD, "starts-0-starts_local": "2:30", "starts-0-outside_shift": "y"}
    form |= meant(dt.date(2027, 3, 28), "02:30")

    refused = desk.post(path, data=form)

    assert refused.status_code == 422
    assert "the clocks skip that hour on this day" in body(refused)
    assert starts() == before


@pytest.mark.parametrize(("day", "words"), [(BACK, TWICE), (FORWARD, "the clocks go forward on this day and skip")])
def test_the_time_by_which_somebody_answers_is_one_moment_too(desk, scene, day, words):
    path = f"/visits/{offered_soon(scene, scene.educator())}/move"
    form = {"until_day": day, "until_time": "02:30", "on_day": "1.4.2027.", "starts-0-starts_local": "10:00"}

    refused = desk.post(path, data=form)

    assert (refused.status_code, words in body(refused)) == (422, True)


def test_the_board_and_the_plan_of_a_visit_ask_too(desk, scene):
    plan = {"on_day": BACK, "presentations-0-starts_local": "2:30", "presentations-0-minutes": "45"}

    planned = desk.post(f"/requests/{scene.asked.number}/plan", data=plan)
    number = plan_soon(scene)
    wish = BY_THURSDAY | {"on_day": BACK, "starts_local": "2:30", "presenter": "", "act": "move"}
    placed = desk.post(f"/visits/{number}/place", data=wish)

    assert (planned.status_code, TWICE in body(planned)) == (422, True)
    assert (placed.status_code, TWICE in body(placed)) == (422, True)


# --- by when somebody shall answer is typed by the clocks of the centre ---


AN_HOUR = {"until_day": dt.date(2026, 10, 20), "until_time": dt.time(14)}
AN_EVENING = {"held_until": dt.date(2026, 10, 20)}
BELGRADE, TORONTO = "Europe/Belgrade", "America/Toronto"


@pytest.mark.parametrize(
    ("form", "typed", "zone", "hour"),
    [
        (UntilForm, AN_HOUR, BELGRADE, 12),
        (UntilForm, AN_HOUR, TORONTO, 18),
        (ProposeForm, AN_EVENING, BELGRADE, 16),
        (ProposeForm, AN_EVENING, TORONTO, 22),
    ],
)
def test_the_hour_by_which_somebody_answers_is_that_of_the_centre(app, form, typed, zone, hour):
    config.use(replace(app.config["SETTINGS"], centre_timezone=zone))
    try:
        with app.test_request_context():
            filled = form()
            for name, value in typed.items():
                filled[name].data = value
            assert filled.until() == dt.datetime(2026, 10, 20, hour, tzinfo=dt.UTC)
    finally:
        config.use(app.config["SETTINGS"])


# --- who of the crew does not go along, and other hours where its own has no day ---


A_DAY = dt.timedelta(days=1)


def plan_on(page: str) -> dict[str, str]:
    """The form that names the new day, as the page filled it."""
    return next(fields for one in seen_on("", page)[0] if "on_day" in (fields := dict(one.fields)))


def test_a_minor_whose_week_is_full_is_named_and_the_move_is_pressed_in_full_view_of_it(app, session):
    scene = Scene(planned=False, influencers=1)
    adult, minor = scene.educator(), scene.minor()
    visit, there = f"/visits/{offered_soon(scene, adult, minor)}", DAY + 7 * A_DAY
    make_busy(minor, *(there + off * A_DAY for off in (1, 2, 3)))
    browser, place = coordinator(app, scene), f"{visit}/move"
    told = "Tara: that week is full for a young person"

    opened, there_opened = body(browser.get(place)), body(browser.get(f"{place}?day={there}"))
    sent = {name: value for name, value in plan_on(there_opened).items() if name not in ("look", "meant")}
    sent |= {"until_day": f"{DAY - A_DAY:%d.%m.%Y.}", "until_time": "12:00"}
    asked = browser.post(place, data=sent | {"meant_for": ""})

    assert told not in opened
    assert told in there_opened
    assert (asked.status_code, told in body(asked)) == (422, True)
    assert states(session, scene)[minor.id] == [AssignmentState.OFFERED]
    assert browser.post(place, data=sent | {"meant": "y"}).status_code == 302
    assert states(session, scene) == {adult.id: [AssignmentState.OFFERED], minor.id: [AssignmentState.WITHDRAWN]}
    assert "Moved into a week that is full for a young person." in body(browser.get(visit))
    assert session.query(Assignment).count() == 2 + 6


def test_who_takes_nothing_new_is_named_when_a_visit_moves(desk, scene):
    adult = scene.educator()
    number = offered_soon(scene, adult)
    with transaction() as session:
        session.add(AssignmentStop(presenter_id=adult.id, stopped_at=MONDAY))

    page = body(desk.get(f"/visits/{number}/move?day={DAY + 7 * A_DAY}"))

    assert "takes no new visit at the moment; nobody asks, the place falls open" in page


def test_where_no_day_is_free_at_its_own_hour_other_hours_are_pressed_by_staff_and_named_to_the_school(app, client):
    scene = Scene(a_plan(dt.time(20, 0)), notice_days=0)
    scene.confirmed_by(an_educator_on_working_days(centre_id=scene.centre_id))
    browser, place = coordinator(app, scene), f"/visits/{number_of_visit(scene)}/move"

    page = body(browser.get(place))
    slot = re.findall(r"move\?slot=([^#\"]+)#plan", page)[0]
    day, hour = slot.split("T")
    filled = plan_on(body(browser.get(f"{place}?slot={slot}")))
    asked = f"/status/{link_of(scene)}/date"
    told = body(client.get(f"{asked}?lang=en"))

    assert "Free at other hours" in page
    on_day = dt.date.fromisoformat(day)
    assert filled["starts-0-starts_local"] == hour
    assert filled["on_day"] == f"{on_day.day}.{on_day.month}.{on_day.year}."
    assert "Listed are days with other hours" in told
    choice = re.search(r'name="first_choice" value="([-\d]+)"', told)[1]
    assert client.post(asked, data={"first_choice": choice, "reason": "Може у 10:00."}).status_code == 302


# --- every paper, page and feed says the new day ---


NEW_DAY = VISIT_DAY + dt.timedelta(days=3)
PARENTS = a_plan(
    dt.time(18), audience=Audience.PARENTS, level=SchoolLevel.NONE, expected_pupils=0, expected_parents=40, minutes=60
)


class Moved(Scene):
    """A confirmed visit on the one day that its school asked for, then moved; both presenters are asked again."""

    def __init__(self) -> None:
        super().__init__(a_plan(), PARENTS, planned=False)
        with transaction() as session:
            asked = session.get_one(SchoolRequest, self.asked.id)
            asked.first_day = asked.last_day = VISIT_DAY
            self.secret = tokens.mint("status", asked.id, lasts=dt.timedelta(days=60), now=MONDAY)
        self.visit_id = self.planned()
        self.ana, self.mara = self.educator(), self.educator()
        self.confirm(self.ana, self.mara)
        with transaction() as session:
            session.execute(sa.update(SchoolRequest).values(teacher_stays=True, safeguarding_contact="Mira Savić"))
            self.number = session.get_one(Visit, self.visit_id).number
            wanted = sa.select(Presentation).where(Presentation.visit_id == self.visit_id)
            hours = {row.id: row.starts_local for row in session.scalars(wanted)}
        move_visit(self.coordinator, self.visit_id, NewTimes(NEW_DAY, hours, UNTIL), now=MONDAY)


def said(day: dt.date) -> re.Pattern[str]:
    """A day as pages, papers and calendars write it."""
    return re.compile(rf"\b{day.day}\.\s*(?:okt|{day.month}\.)|{day.isoformat()}|{day:%Y%m%d}", re.IGNORECASE)


def papers_of(app, scene: Moved, folder: Path) -> dict[str, str]:
    """The text of all that speaks of the visit to its school, its crew and the desk."""
    hers, desk, school = browser_of(app, scene.ana), make_user(centre_id=scene.centre_id), app.test_client()
    clerk, status, feed = browser_of(app, desk), f"/status/{scene.secret}", make_feed(scene.ana, language="sr_Latn")
    walks = [
        (school, path)
        for path in (
            *(f"{status}{page}" for page in ("", "/request.pdf", "/parents.pdf", "/counts")),
            *(
                f"/tally/{one.visit_number}/{one.ordinal}/{one.code}/{paper}.pdf"
                for one in tallies_of(scene.visit_id)
                for paper in ("poster", "home")
            ),
            f"/feeds/{feed}.ics",
        )
    ]
    walks += [(hers, path) for path in ("/calendar", f"/day/{NEW_DAY}", f"/visits/{scene.number}")]
    walks += [(clerk, path) for path in (f"/requests/{scene.asked.number}.pdf", f"/visits?from={NEW_DAY}")]
    texts = {}
    for browser, path in walks:
        answer = browser.get(path, query_string={"lang": "sr_Latn"} if "from=" not in path else None)
        assert answer.status_code == 200, path
        kind = answer.content_type
        texts[path] = words_of(saved(answer.data, folder)) if "pdf" in kind else answer.text
    with transaction() as session:
        entries = sa.select(CalendarEntry.text).join(Presentation, Presentation.id == CalendarEntry.presentation_id)
        texts["calendar entries"] = " ".join(session.scalars(entries.where(Presentation.visit_id == scene.visit_id)))
    return texts


@pytest.mark.parametrize("settled", [False, True], ids=["asked again", "confirmed again"])
def test_every_paper_and_feed_of_a_moved_visit_says_the_new_day(app, session, tmp_path, settled):
    scene = Moved()
    for person in (scene.ana, scene.mara)[: 2 if settled else 1]:
        answer_offer(presenter_actor(person), scene.visit_id, accepts=True, now=MONDAY)
    if settled:
        confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)
    assert visit_of(session, scene).state is (VisitState.CONFIRMED if settled else VisitState.OFFERED)

    texts = papers_of(app, scene, tmp_path)

    assert len(texts) == 13
    silent = ("/counts", "home.pdf")  # they name no day
    assert [path for path, text in texts.items() if said(VISIT_DAY).search(text)] == []
    assert [path for path, text in texts.items() if not said(NEW_DAY).search(text) and not path.endswith(silent)] == []


# --- an old page overwrites nobody, says what changed, and loses nothing typed (TRUST R10) ---


def seen_version(page) -> dict[str, str]:
    """What a form on the page says of the visit that its reader saw."""
    return {name: value_of(page, name) for name in ("version", "seen_lines")}


@pytest.mark.both_databases
@pytest.mark.parametrize("page", ["move", "cancel", "withdraw"])
def test_a_stale_form_changes_nothing_tells_what_changed_and_keeps_what_was_typed(desk, scene, page):
    ana, later = scene.educator(), DAY + dt.timedelta(days=1)
    visit = f"/visits/{offered_soon(scene, ana)}"
    path = f"{visit}/{page}" if page != "withdraw" else f"{visit}/crew/{ana.id}/withdraw"
    seen = seen_version(desk.get(path))
    answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=MONDAY)
    moved = ANSWER_BY | {"on_day": f"{later:%d.%m.%Y.}", "starts-0-starts_local": "12:05"} | meant(later, "12:05")
    typed = moved | {"reason": "A strike", "by": "school", "cause": "busy"}

    stale = desk.post(path, data=typed | seen)

    assert stale.status_code == 409
    for words in ("Since you opened this page:", "A presenter accepted", "A strike"):
        assert words in body(stale)
    assert page != "move" or "12:05" in body(stale)
    assert state_of(scene) is VisitState.OFFERED

    assert desk.post(path, data=typed | seen_version(stale)).status_code == 302


@pytest.mark.parametrize("press", ["confirm", "offer"])
def test_a_stale_press_on_the_visits_page_is_refused_and_told(desk, scene, press):
    ana, mira = scene.educator(), scene.educator()
    visit = f"/visits/{offered_soon(scene, ana)}"
    seen = seen_version(desk.get(visit))
    answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=MONDAY)
    scene.suggest(mira)

    stale = desk.post(f"{visit}/{press}", data=seen | ANSWER_BY | {"until_time": "13:37"})

    assert stale.status_code == 409
    assert "A presenter was suggested" in body(stale)
    assert press != "offer" or "13:37" in body(stale)
    assert state_of(scene) is VisitState.OFFERED
