"""A visit that moves or is called off: its hours, crew and papers, old pages, its school's link, and late."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from scheduler import config
from scheduler.attendance.queries.tally import tallies_of
from scheduler.core import clock, tokens
from scheduler.core.db import db, transaction
from scheduler.policy import SYSTEM
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.safeguarding.models import AssignmentStop
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.service.recompute import recompute_times
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState, CancelledBy, VisitState
from scheduler.web.requests.school.dates import ProposeForm
from scheduler.web.seen_forms import UntilForm
from tests.closures.incidents import LATE
from tests.factories import MONDAY
from tests.factories.feeds import make_feed
from tests.factories.people import make_user, presenter_actor
from tests.factories.safeguarding import an_educator_on_working_days
from tests.factories.staffing import UNTIL, a_plan, make_busy, staffing
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
    reading,
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


def test_who_takes_nothing_new_is_named_when_a_visit_moves(desk, scene):
    adult = scene.educator()
    number = offered_soon(scene, adult)
    with transaction() as session:
        session.add(AssignmentStop(presenter_id=adult.id, stopped_at=MONDAY))

    page = body(desk.get(f"/visits/{number}/move?day={DAY + 7 * A_DAY}"))

    assert "takes no new visit at the moment; nobody asks, the place falls open" in page


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
    named = {"first_choice": choice, "starts_local": "10:00", "reason": "Излет."}
    assert client.post(asked, data=named).status_code == 302
    visit = body(browser.get(place.removesuffix("/move")))
    assert f"move?slot={choice}T10:00" in visit
    assert plan_on(body(browser.get(f"{place}?slot={choice}T10:00")))["starts-0-starts_local"] == "10:00"


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


# --- by the school's link, on which it reads who comes ---


def test_a_school_that_comes_too_late_reads_so_and_keeps_what_it_typed(app, scene):
    begun = MONDAY - dt.timedelta(hours=2)
    draft = scene.draft(on_day=clock.local_day(begun))
    scene.visit_id = plan_visit(SYSTEM, draft, now=begun - dt.timedelta(days=1)).id
    ends = begun + dt.timedelta(minutes=45)
    with transaction() as session:
        hours = {"busy_from": begun, "starts_at": begun, "ends_at": ends, "busy_until": ends}
        session.execute(sa.update(Presentation).values(**hours))
    status, browser = f"/status/{link_of(scene)}", reading(app, None)
    assert f"{status}/cancel" not in body(browser.get(status))

    answer = browser.post(f"{status}/cancel", data={"reason": "Nobody has come"})

    assert answer.status_code == 422
    assert "The visit has already begun. Please call the centre." in body(answer)
    assert "Nobody has come</textarea>" in body(answer)
    assert state_of(scene) is VisitState.PLANNED


def test_a_school_cancels_by_its_link_and_one_unknown_or_without_a_visit_cancels_nothing(client, scene, app):
    for secret in ("unknown", link_of(scene)):
        assert client.get(f"/status/{secret}/cancel").status_code == 404

    offered_soon(scene, scene.educator())
    status, browser = f"/status/{link_of(scene)}", reading(app, None)
    assert browser.get(f"{status}/cancel").status_code == 200
    assert state_of(scene) is VisitState.OFFERED  # opening the link does nothing
    assert browser.post(f"{status}/cancel", data={"reason": ""}).status_code == 422
    done = browser.post(f"{status}/cancel", data={"reason": "Exam day"})
    assert "The visit is cancelled." in body(done)
    assert state_of(scene) is VisitState.CANCELLED
    assert browser.post(f"{status}/cancel", data={"reason": "Exam day"}).location == status


def test_the_status_page_names_who_is_coming_once_the_visit_is_confirmed(app, scene):
    ana, tara = scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor()
    status, browser = f"/status/{link_of(scene)}", reading(app, None)
    assert "Who is coming" not in body(browser.get(status))
    offered_soon(scene, ana, tara)
    assert "Jelena" not in body(browser.get(status))
    with staffing(scene.visit_id, scene.coordinator) as going:
        going.accept([ana, tara])
        going.confirm()

    shown = body(browser.get(status))

    assert [name in shown for name in ("Jelena Ristić", "Tara", "Ilić")] == [True, True, False]
    assert f"{status}/cancel" in shown


def test_an_evening_of_parents_is_announced_in_parents_and_without_a_lonely_0_of_pupils(desk, scene):
    number = offered_soon(scene, scene.educator())
    with transaction() as session:
        session.execute(sa.update(Presentation).values(expected_pupils=0, expected_parents=67, expected_teachers=2))

    page = " ".join(body(desk.get(f"/visits/{number}")).split())

    assert ("67 parents · 2 teachers" in page, "0 pupils" in page) == (True, False)


# --- by a coordinator: for whom, who is told, and ten minutes to think again ---


RANG = {"by": "school", "cause": "busy", "reason": "They rang: an exam"}


@pytest.fixture
def visit(scene) -> str:
    """The address of a visit that is offered."""
    return f"/visits/{offered_soon(scene, scene.educator(given_name='Милица'))}"


def test_the_page_names_who_is_told_before_anything_is_pressed_and_markup_in_a_reason_is_text(desk, visit):
    shown = body(desk.get(f"{visit}/cancel"))
    for words in ("Who is told", "the school: ana@school.example", "Milica"):
        assert words in shown

    desk.post(f"{visit}/cancel", data=RANG | {"reason": "<script>alert(1)</script>"})
    assert "<script>alert" not in body(desk.get(visit))


def test_a_phoned_cancellation_is_the_schools(desk, scene, visit):
    desk.post(f"{visit}/cancel", data=RANG)

    assert state_of(scene) is VisitState.CANCELLED
    assert db.session.get(Visit, scene.visit_id).cancelled_by is CancelledBy.SCHOOL


@pytest.mark.parametrize("left_out", [{"by"}, {"cause"}, {"reason"}, {"by", "cause", "reason"}], ids=sorted)
def test_who_why_and_in_which_words_must_be_said_and_what_is_missing_is_listed_in_the_order_of_the_page(
    desk, scene, visit, left_out
):
    typed = {name: words for name, words in RANG.items() if name not in left_out}

    answer = desk.post(f"{visit}/cancel", data=typed)

    shown = body(answer)
    missing = re.findall(r'<a href="#([a-z]+)', shown[shown.index("error-summary") : shown.index("</ul>")])
    assert (answer.status_code, missing) == (422, [name for name in RANG if name in left_out])
    assert state_of(scene) is not VisitState.CANCELLED


def test_it_is_taken_back_from_the_page_while_no_mail_has_left(desk, scene, visit):
    before = state_of(scene)
    desk.post(f"{visit}/cancel", data=RANG)
    shown = body(desk.get(visit))
    assert f'action="{visit}/cancel/undo"' in shown
    assert "Take the cancellation back" in shown

    for _press in range(2):  # pressed twice: nothing breaks
        desk.post(f"{visit}/cancel/undo")
        assert state_of(scene) is before
    assert "Take the cancellation back" not in body(desk.get(visit))


def test_a_colleague_who_cancels_second_keeps_the_reason_that_was_typed(desk, scene, visit):
    cancel_visit(scene.coordinator, scene.visit_id, reason="Storm", now=MONDAY)

    answer = desk.post(f"{visit}/cancel", data=RANG | {"by": "centre", "cause": "other"})

    assert answer.status_code == 409
    assert f"{RANG['reason']}</textarea>" in body(answer)


# --- a day before: who has read it, and what was driven in vain ---


@pytest.fixture
def educator(scene, the_clock):
    """She has promised to go, and the visit has just been called off."""
    educator, scene.visit_id = scene.educator(), scene.planned()
    scene.confirmed_by(educator)
    the_clock.stands_at(LATE)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    return educator


@pytest.fixture
def hers(app, educator):
    return reading(app, educator)


@pytest.fixture
def ours(app, scene, educator):
    return coordinator(app, scene)


@pytest.fixture
def called_off(scene, educator) -> str:
    return f"/visits/{number_of_visit(scene)}"


@pytest.fixture
def read(scene, educator) -> str:
    return f"/offers/{number_of_visit(scene)}/read"


def test_a_presenter_reads_it_on_her_page_and_the_coordinator_sees_that(hers, ours, called_off, read):
    assert "has not read it: call" in body(ours.get(called_off))
    assert "I have read it" in body(hers.get("/offers"))

    assert hers.post(read, data={"kilometres": "84"}).status_code == 302

    assert "I have read it" not in body(hers.get("/offers"))
    page = " ".join(body(ours.get(called_off)).split())
    assert ("has not read it" in page, "84 km driven" in page) == (False, True)


def test_a_minor_who_drives_nobody_is_asked_for_no_kilometres_and_hers_are_stored_by_nobody(app, scene, the_clock):
    ana, tara, scene.visit_id = scene.educator(), scene.minor(), scene.planned()
    scene.confirmed_by(ana, tara)
    the_clock.stands_at(LATE)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    number, typed = number_of_visit(scene), {"kilometres": "84"}
    ours = coordinator(app, scene)
    assert body(ours.get(f"/visits/{number}")).count("Note kilometres: ") == 1  # the adult
    assert reading(app, tara).post(f"/offers/{number}/read", data=typed).status_code == 404
    assert ours.post(f"/visits/{number}/driven/{tara.id}", data=typed).status_code == 404
    assert [(row.read_at, row.kilometres) for row in rows_of(LateNotice)] == [(None, None)] * 2

    adult, hers = reading(app, ana), reading(app, tara)
    shown = [body(one.get("/offers")) for one in (adult, hers)]
    assert hers.post(f"/offers/{number_of_visit(scene)}/read", data={}).status_code == 302
    assert ["ilometres" in page for page in shown] == [True, False]
    assert ["I have read it" in page for page in (*shown, body(hers.get("/offers")))] == [True, True, False]


def test_a_coordinator_reads_how_late_it_was_called_off_and_notes_what_was_driven(ours, called_off, hers, educator):
    assert rows_of(Presentation.notice_hours) == [23]
    assert "23 hours before the start" in body(ours.get(called_off))

    assert ours.post(f"{called_off}/driven/{educator.id}", data={"kilometres": "42"}).status_code == 302
    assert ours.post(f"{called_off}/driven/999999999", data={"kilometres": "42"}).status_code == 404
    assert ours.post(f"{called_off}/driven/{educator.id}", data={"kilometres": ""}).status_code == 422
    assert hers.post(f"{called_off}/driven/{educator.id}", data={"kilometres": "1"}).status_code == 403
    assert rows_of(LateNotice.kilometres) == [42]


@pytest.mark.parametrize("typed", ["-1", "2001", "many"])
def test_kilometres_that_are_none_change_nothing(hers, read, typed):
    assert hers.post(read, data={"kilometres": typed}).status_code == 422

    assert [(row.read_at, row.kilometres) for row in rows_of(LateNotice)] == [(None, None)]


def test_beside_who_has_not_read_it_stands_her_number_or_that_there_is_none(hers, ours, called_off, read, educator):
    assert "no phone number" in body(ours.get(called_off))

    with transaction():
        educator.phone = "+381641234567"

    page = body(ours.get(called_off))
    assert ('href="tel:+381641234567"' in page, "no phone number" in page) == (True, False)
    hers.post(read, data={"kilometres": ""})
    assert "tel:+381641234567" not in body(ours.get(called_off))
