"""The board's pages: everything in the address, one move panel for all hands, an answer before anything moves."""

import datetime as dt
import gzip
import re
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa

from scheduler.booking.terms.holds import Slot
from scheduler.core.db import db, transaction
from scheduler.places.models import Closure, ClosurePlace
from scheduler.places.terms.hosts import ClosureReason
from scheduler.policy import Role
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.visits.models.visits import Assignment
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.states import AssignmentState
from scheduler.web.board import blocks
from tests.booking.book_now import BookNow
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import always_free, make_user
from tests.factories.staffing import a_plan
from tests.visits.scene import Scene
from tests.web.browser import browser_of
from tests.web.reading import value_of
from tests.web.visits.pages import DAY, SOON, coordinator, offered_soon, plan_soon, reading

WEEK = f"/board?week={DAY.isoformat()}"
MONTH = f"/board/month?month={DAY:%Y-%m}"
NEXT_DAY = DAY + dt.timedelta(days=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def scene(app):
    scene = Scene(planned=False)
    scene.host_name = scene.host.name_sr_latn
    return scene


@pytest.fixture
def browser(app, scene):
    """The coordinator's."""
    return coordinator(app, scene)


@pytest.fixture
def ana(scene):
    """Whom the visit is offered to."""
    return a_free_educator(scene, given_name="Ana", family_name="Simić")


@pytest.fixture
def eva(scene):
    return a_free_educator(scene, given_name="Ева", family_name="Нађ")


@pytest.fixture
def number(scene, ana):
    """Of a visit three weeks from today."""
    return offered_soon(scene, ana)


@pytest.fixture
def panel(number, ana):
    """Where the visit is moved from Ana's row."""
    return f"/visits/{number}/place?from={ana.id}"


def a_free_educator(scene: Scene, **given):
    person = scene.educator(**given)
    always_free(person)
    return person


def typed(presenter: object = "", day: dt.date = DAY, start: str = "10:00", **given) -> dict:
    until = (DAY - dt.timedelta(days=10)).strftime("%d.%m.%Y.")
    fair = {
        "on_day": day.strftime("%d.%m.%Y."),
        "starts_local": start,
        "presenter": str(presenter),
        "until_day": until,
        "until_time": "14:00",
        "offer": "y",
        "act": "check",
    }
    return fair | given


# --- looking ---


def test_the_week_shows_who_is_where_and_links_to_page_and_panel(browser, panel):
    shown = browser.get(WEEK).text

    for words in ("Ana Simić", panel, f"Week {DAY.isocalendar().week}", "10:00–10:45"):
        assert words in shown


@pytest.mark.parametrize(
    "path",
    ["/board?week=nonsense&day=x&programme=y&page=z", "/board?week=0001-01-01", "/board/month?month=9999-13",
     "/board?by=districts&show=busy", "/board/month?by=districts", "/board?day=2199-12-31",
     "/board/month?month=2026-02", "/visits?from=nonsense"],
)  # fmt: skip
def test_an_address_with_nonsense_shows_a_board_or_a_week(browser, scene, path):
    plan_soon(scene)

    assert browser.get(path).status_code == 200


def test_the_board_opens_where_the_next_visits_are(browser, scene, ana):
    today = MONDAY.date().isoformat()
    assert f'data-day="{today}"' in browser.get("/board").text  # nothing is planned at all

    number = offered_soon(scene, ana)
    opened = browser.get("/board").text

    assert f'id="visit-{number}"' in opened
    assert f'<td class=" on" data-day="{DAY.isoformat()}"' in opened
    assert f'data-day="{today}"' in browser.get(f"/board?week={today}").text


def test_only_those_who_go_is_remembered_until_all_are_asked_for(browser, eva, number):
    assert "Eva Nađ" in browser.get(WEEK).text

    assert "Eva Nađ" not in browser.get(f"{WEEK}&show=busy").text
    again = browser.get("/board").text
    assert ("Ana Simić" in again, "Eva Nađ" in again) == (True, False)

    everybody = re.search(r'href="([^"]*show=all[^"]*)"', again)[1]
    assert "Eva Nađ" in browser.get(unescape(everybody)).text
    assert "Eva Nađ" in browser.get("/board").text


def test_a_move_comes_back_to_the_rows_it_began_from(browser, ana, number):
    shown = browser.get(f"{WEEK}&page=1&show=all").text
    path = unescape(re.search(rf'data-block="(/visits/{number}/place[^"]*)"', shown)[1])

    moved = browser.post(path, data=typed(ana.id, NEXT_DAY, leaves=ana.id, act="move"))

    assert ("page=1" in moved.location, moved.location.endswith(f"#visit-{number}")) == (True, True)


def test_previous_and_next_keep_the_filters(browser):
    shown = unescape(browser.get(f"{WEEK}&by=districts").text)

    monday, week = DAY - dt.timedelta(days=DAY.weekday()), dt.timedelta(days=7)
    for other in (monday - week, monday + week):
        assert f"week={other.isoformat()}&by=districts" in shown


@pytest.mark.parametrize("path", [WEEK, MONTH])
def test_presenters_without_a_visit_are_folded_into_one_row(browser, scene, ana, eva, number, path):
    shown = browser.get(path).text

    busy, idle = shown.split('class="board__idle"')
    assert ("Ana Simić" in busy, "1 presenter without a visit this" in busy) == (True, True)
    assert ("Ana Simić" in idle, "Eva Nađ" in idle) == (False, True)


def test_who_only_watches_is_offered_no_move(app, scene, number):
    officer = reading(app, make_user(Role.SAFEGUARDING, centre_id=scene.centre_id))

    shown = officer.get(WEEK).text

    assert number in shown
    assert "/place" not in shown
    for path in (f"/visits/{number}/place", f"/visits/{number}/place/cells"):
        assert officer.get(path).status_code == 403


def test_a_minors_surname_is_not_on_the_board_nor_in_its_panel(browser, scene, ana):
    number = offered_soon(scene, ana, scene.minor())

    for path in (WEEK, MONTH, f"/visits/{number}/place?from={ana.id}"):
        shown = browser.get(path).text
        assert "Tara" in shown
        assert "Ilić" not in shown


@pytest.mark.parametrize("path", [WEEK, MONTH])
def test_the_board_takes_equally_many_queries_at_one_and_three_rows_and_stays_small(browser, scene, number, path):
    with statements() as one:
        browser.get(path)
    for _ in range(2):
        plan_soon(scene, school_request_id=None, presentations=(a_plan(dt.time(12)),))
        scene.suggest(a_free_educator(scene))
    with statements() as three:
        shown = browser.get(path).data

    assert len(one) == len(three)
    assert len(gzip.compress(shown)) < 60_000


def test_the_boards_own_script_stays_small():
    script = Path(__file__).parents[3] / "static" / "js" / "pages" / "board.js"

    assert len(gzip.compress(script.read_bytes())) < 3000


# --- moving ---


def test_the_panel_opens_with_the_place_as_it_is_or_where_it_was_dropped(browser, eva, panel):
    as_it_is = browser.get(panel).text
    dropped = browser.get(f"{panel}&to={eva.id}&to_day={NEXT_DAY.isoformat()}", headers=HTMX).text

    assert "Choose another day, start or presenter." in as_it_is
    assert 'value="move"' not in as_it_is
    assert "<html" not in dropped
    assert f'selected value="{eva.id}"' in dropped
    assert f'value="{NEXT_DAY.day}.{NEXT_DAY.month}.{NEXT_DAY.year}."' in dropped
    assert 'value="move"' in dropped


def test_checking_moves_nothing_and_says_who_will_be_asked(browser, scene, ana, eva, number, panel):
    page, part = (browser.post(panel, data=typed(eva.id, leaves=ana.id), headers=how) for how in ({}, HTMX))

    for answer in (page, part):
        assert answer.status_code == 200
        assert "Fits." in answer.text
        assert "Will be asked: Eva Nađ." in answer.text
    assert "<form" not in part.text
    assert [one.presenter_id for one in visit_for(scene.coordinator, number).crew] == [ana.id]


def test_moving_leads_to_the_board_and_can_be_undone_by_the_note(browser, scene, ana, eva, number, panel):
    answer = browser.post(panel, data=typed(eva.id, NEXT_DAY, leaves=ana.id, act="move"))

    assert answer.status_code == 302
    assert answer.location.endswith(f"/board?day={NEXT_DAY.isoformat()}#visit-{number}")
    row = visit_for(scene.coordinator, number)
    assert (row.on_day, row.crew[-1].presenter_id) == (NEXT_DAY, eva.id)
    board = browser.get(answer.location).text
    assert board.count(f'id="visit-{number}"') == 1
    undo = unescape(re.search(rf'action="(/visits/{number}/place/back[^"]*)"', board)[1])
    assert browser.post(undo).status_code == 302
    db.session.rollback()
    assert visit_for(scene.coordinator, number).on_day == DAY
    living = sa.select(Assignment.presenter_id).where(Assignment.state == AssignmentState.OFFERED)
    assert list(db.session.scalars(living)) == [ana.id]
    assert browser.post(undo).status_code == 409  # pressed twice


def test_a_clash_is_said_before_and_a_forced_move_refused_with_what_was_typed(browser, scene, ana, eva, number):
    second = plan_soon(scene, school_request_id=None, presentations=(a_plan(dt.time(12, 0)),))
    scene.suggest(eva)
    path = f"/visits/{second}/place?from={eva.id}"
    wish = typed(ana.id, start="10:20", leaves=eva.id, reason="Hall is taken")

    checked, forced = (browser.post(path, data=wish | {"act": act}) for act in ("check", "move"))

    assert "Not possible." in checked.text
    assert "Promised to another visit at that time." in checked.text
    assert 'value="move"' not in checked.text
    assert forced.status_code == 409
    assert "Hall is taken" in forced.text


@pytest.mark.parametrize(
    "wrong", [{"on_day": "soon"}, {"starts_local": "noon"}, {"presenter": "someone"}, {"until_day": "1.2.2020."}]
)
def test_a_wrong_wish_is_said_and_moves_nothing(browser, scene, ana, number, panel, wrong):
    answer = browser.post(panel, data=typed(ana.id, NEXT_DAY, leaves=ana.id, act="move") | wrong)

    assert answer.status_code == 422
    assert visit_for(scene.coordinator, number).on_day == DAY


def test_every_cell_answers_before_a_block_is_dropped(browser, ana, eva, number):
    cells = browser.get(f"/visits/{number}/place/cells?from={ana.id}&week={DAY.isoformat()}").json

    assert cells[f"{ana.id} {DAY.isoformat()}"] == ["quiet", "as it is now"]
    assert cells[f"{eva.id} {DAY.isoformat()}"][0] == "good"
    assert cells[f" {DAY.isoformat()}"] == ["wait", "out of the crew"]
    assert len(cells) == 4 * 7  # two presenters, the crew as it stands, the row without a crew


def test_another_centres_coordinator_finds_no_panel(app, scene):
    panel, stranger = f"/visits/{plan_soon(scene)}/place", browser_of(app, make_user())

    for method, path in (("GET", ""), ("POST", ""), ("GET", "/cells"), ("POST", "/back")):
        assert stranger.open(f"{panel}{path}", method=method, data=typed()).status_code == 404


def test_a_held_or_cancelled_visit_cannot_be_taken_up(browser, scene):
    number = plan_soon(scene)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Storm", now=SOON - dt.timedelta(days=5))

    assert browser.post(f"/visits/{number}/place", data=typed(start="11:00", act="move")).status_code == 409


def test_who_moves_from_a_panel_that_is_out_of_date_is_told_and_may_then_mean_it(browser, scene, ana, eva, panel):
    opened = value_of(browser.get(panel), "version")
    suggest_presenter(scene.coordinator, scene.visit_id, a_free_educator(scene).id, now=SOON)
    wish = typed(eva.id, leaves=ana.id, act="move")

    stale = browser.post(panel, data=wish | {"version": opened})

    assert stale.status_code == 409
    assert "somebody was quicker" in stale.text
    assert browser.post(panel, data=wish | {"version": value_of(stale, "version")}).status_code == 302


def test_a_month_says_in_plain_sight_what_is_closed_and_shows_shift_and_drive_of_each_visit(browser, scene, number):
    closed = {
        "first_day": NEXT_DAY,
        "last_day": NEXT_DAY,
        "places": [ClosurePlace(municipality_id=scene.host.municipality_id)],
    }
    with transaction() as session:
        session.add(Closure(reason=ClosureReason.SNOW, closed_at=MONDAY, **closed))

    month = re.sub(r"\s+", " ", browser.get(f"/board/month?month={NEXT_DAY:%Y-%m}").text)
    visit = re.sub(r"\s+", " ", browser.get(MONTH).text)

    listed = month.split('aria-label="Days without lessons, and closures"')[1].split("</ul>")[0]
    assert "Niš: Snow" in listed
    dot = visit.split('class="dot ')[1].split("</a>")[0]
    assert ", morning, " in dot
    assert "icon" in dot.split('class="dot__hour"')[1]


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ([[], []], []),
        ([["Snow"], []], [("Mon 5", "Snow")]),
        ([["Break"], ["Break"], []], [("5\u20136 October 2026", "Break")]),
        ([["Break"], ["Break", "Snow"]], [("Mon 5", "Break"), ("Tue 6", "Break, Snow")]),
    ],
)
def test_neighbouring_days_that_say_the_same_are_said_once(app, notes, said):
    days = [
        {"day": dt.date(2026, 10, 5 + place), "name": f"{name} {5 + place}", "notes": words}
        for place, (name, words) in enumerate(zip(("Mon", "Tue", "Wed"), notes, strict=False))
    ]
    with app.test_request_context("/?lang=en"):
        assert blocks.notes_of(days) == said


@pytest.mark.parametrize("path", ["/board?week={day}", "/board?week={day}&by=districts", "/board/month?month={month}"])
def test_a_held_date_is_drawn_with_until_when_and_leads_nowhere_before_its_proof(app, path):
    book = BookNow()
    slot = Slot(MONDAY.date() + dt.timedelta(days=21), dt.time(10))
    book.hold(slot=slot, now=MONDAY)

    shown = coordinator(app, book).get(path.format(day=slot.on_day, month=f"{slot.on_day:%Y-%m}")).text

    block = shown.split("block--held")[1].split("<td")[0]
    for words in ("held until", "10:00–10:45", book.host.name_sr_latn):
        assert words in block
    assert "/requests/" not in block.split("</td>")[0]


def test_the_panel_of_who_has_left_the_crew_or_never_was_says_so_and_breaks_nothing(browser, scene, number):
    for who in (scene.educator().id, 999_999_999):
        assert browser.get(f"/visits/{number}/place?from={who}").status_code == 200
