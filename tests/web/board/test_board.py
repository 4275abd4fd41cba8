"""The board's pages: everything in the address, one move panel for all hands, an answer before anything moves."""

import datetime as dt
import gzip
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from scheduler.booking.terms.holds import Slot
from scheduler.core.db import db, transaction
from scheduler.people.models import User
from scheduler.places.models import Closure
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
from tests.web.visits.pages import DAY, SOON, body, coordinator, offered_soon, plan_soon, reading

WEEK = f"/board?week={DAY.isoformat()}"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def scene(app):
    scene = Scene(planned=False)
    scene.host_name = scene.host.name_sr_latn
    return scene


def a_free_educator(scene: Scene, **given):
    person = scene.educator(**given)
    always_free(person)
    return person


def typed(scene: Scene, presenter: object = "", day: dt.date = DAY, start: str = "10:00", **given) -> dict:
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


def test_the_week_shows_who_is_where_and_links_to_page_and_panel(app, scene):
    ana = a_free_educator(scene, given_name="Jelena", family_name="Ristić")
    number = offered_soon(scene, ana)

    shown = body(coordinator(app, scene).get(WEEK))

    assert "Jelena Ristić" in shown
    assert f"/visits/{number}/place?from={ana.id}" in shown
    assert f"Week {DAY.isocalendar().week}" in shown
    assert "10:00–10:45" in shown


@pytest.mark.parametrize(
    "path",
    ["/board?week=nonsense&day=x&programme=y&page=z", "/board?week=0001-01-01", "/board/month?month=9999-13",
     "/board?by=districts&show=busy", "/board/month?by=districts", "/board?day=2199-12-31",
     "/board/month?month=2026-02"],
)  # fmt: skip
def test_an_address_with_nonsense_shows_a_board(app, scene, path):
    plan_soon(scene)

    assert coordinator(app, scene).get(path).status_code == 200


def test_the_board_opens_where_the_next_visits_are(app, scene):
    browser = coordinator(app, scene)
    today = MONDAY.date().isoformat()
    assert f'data-day="{today}"' in body(browser.get("/board"))  # nothing is planned at all

    number = offered_soon(scene, a_free_educator(scene))
    opened = body(browser.get("/board"))

    assert f'id="visit-{number}"' in opened
    assert f'<td class=" on" data-day="{DAY.isoformat()}"' in opened
    assert f'data-day="{today}"' in body(browser.get(f"/board?week={today}"))


def test_only_those_who_go_is_remembered_until_all_are_asked_for(app, scene):
    goes = a_free_educator(scene, given_name="Ana", family_name="Simić")
    a_free_educator(scene, given_name="Eva", family_name="Nagy")
    offered_soon(scene, goes)
    browser = coordinator(app, scene)
    assert "Eva Nagy" in body(browser.get(WEEK))

    assert "Eva Nagy" not in body(browser.get(f"{WEEK}&show=busy"))
    again = body(browser.get("/board"))
    assert ("Ana Simić" in again, "Eva Nagy" in again) == (True, False)

    everybody = re.search(r'href="([^"]*show=all[^"]*)"', again).group(1).replace("&amp;", "&")
    assert "Eva Nagy" in body(browser.get(everybody))
    assert "Eva Nagy" in body(browser.get("/board"))


def test_a_move_comes_back_to_the_rows_it_began_from(app, scene):
    ana = a_free_educator(scene)
    number = offered_soon(scene, ana)
    browser = coordinator(app, scene)
    taken_up = re.search(rf'data-block="(/visits/{number}/place[^"]*)"', body(browser.get(f"{WEEK}&page=1&show=all")))
    path = taken_up.group(1).replace("&amp;", "&")

    moved = browser.post(path, data=typed(scene, ana.id, DAY + dt.timedelta(days=1), leaves=ana.id, act="move"))

    assert ("page=1" in moved.location, moved.location.endswith(f"#visit-{number}")) == (True, True)


def test_previous_and_next_keep_the_filters(app, scene):
    shown = body(coordinator(app, scene).get(f"{WEEK}&by=districts"))
    monday = DAY - dt.timedelta(days=DAY.weekday())

    assert f"week={(monday - dt.timedelta(days=7)).isoformat()}&amp;by=districts" in shown
    assert f"week={(monday + dt.timedelta(days=7)).isoformat()}&amp;by=districts" in shown


def test_who_only_watches_is_offered_no_move(app, scene):
    number = offered_soon(scene, a_free_educator(scene))
    keeper = reading(app, make_user(Role.SAFEGUARDING, centre_id=scene.centre_id))

    shown = body(keeper.get(WEEK))

    assert number in shown
    assert "/place" not in shown
    assert keeper.get(f"/visits/{number}/place").status_code == 403
    assert keeper.get(f"/visits/{number}/place/cells").status_code == 403


def test_presenters_do_not_see_the_board(app, scene):
    assert browser_of(app, scene.educator()).get("/board").status_code == 403
    assert app.test_client().get("/board/month").status_code == 302


def test_a_minors_surname_is_not_on_the_board_nor_in_its_panel(app, scene):
    ana, tara = a_free_educator(scene), scene.minor()
    number = offered_soon(scene, ana, tara)
    browser = coordinator(app, scene)

    for path in (WEEK, f"/board/month?month={DAY:%Y-%m}", f"/visits/{number}/place?from={ana.id}"):
        shown = body(browser.get(path))
        assert "Tara" in shown
        assert "Ilić" not in shown


@pytest.mark.parametrize("path", [WEEK, f"/board/month?month={DAY:%Y-%m}"])
def test_the_board_takes_equally_many_queries_at_one_and_three_rows_and_stays_small(app, scene, path):
    browser = coordinator(app, scene)
    offered_soon(scene, a_free_educator(scene))
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


def test_the_panel_opens_with_the_place_as_it_is_or_where_it_was_dropped(app, scene):
    ana, eva = a_free_educator(scene), a_free_educator(scene)
    number = offered_soon(scene, ana)
    browser = coordinator(app, scene)

    as_it_is = body(browser.get(f"/visits/{number}/place?from={ana.id}"))
    later = DAY + dt.timedelta(days=1)
    dropped = browser.get(f"/visits/{number}/place?from={ana.id}&to={eva.id}&to_day={later.isoformat()}", headers=HTMX)

    assert "Choose another day, start or presenter." in as_it_is
    assert 'value="move"' not in as_it_is
    assert "<html" not in body(dropped)
    assert f'selected value="{eva.id}"' in body(dropped)
    assert f'value="{later.day}.{later.month}.{later.year}."' in body(dropped)
    assert 'value="move"' in body(dropped)


def test_checking_moves_nothing_and_says_who_will_be_asked(app, scene):
    ana, eva = a_free_educator(scene), a_free_educator(scene, given_name="Ева", family_name="Нађ")
    number = offered_soon(scene, ana)
    browser, path = coordinator(app, scene), f"/visits/{number}/place?from={ana.id}"

    page = browser.post(path, data=typed(scene, eva.id, leaves=ana.id))
    part = browser.post(path, data=typed(scene, eva.id, leaves=ana.id), headers=HTMX)

    assert (page.status_code, part.status_code) == (200, 200)
    for answer in (page, part):
        assert "Fits." in body(answer)
        assert "Will be asked: Eva Nađ." in body(answer)
    assert "<form" not in body(part)
    assert [one.presenter_id for one in visit_for(scene.coordinator, number).crew] == [ana.id]


def test_moving_leads_to_the_board_and_can_be_undone_by_the_toast(app, scene):
    ana, eva = a_free_educator(scene), a_free_educator(scene)
    number = offered_soon(scene, ana)
    browser, later = coordinator(app, scene), DAY + dt.timedelta(days=1)

    answer = browser.post(
        f"/visits/{number}/place?from={ana.id}", data=typed(scene, eva.id, later, leaves=ana.id, act="move")
    )

    assert answer.status_code == 302
    assert answer.location.endswith(f"/board?day={later.isoformat()}#visit-{number}")
    row = visit_for(scene.coordinator, number)
    assert (row.on_day, row.crew[-1].presenter_id) == (later, eva.id)
    board = body(browser.get(answer.location))
    assert board.count(f'id="visit-{number}"') == 1
    undo = board.split(f'action="/visits/{number}/place/back')[1].split('"')[0].replace("&amp;", "&")
    assert browser.post(f"/visits/{number}/place/back{undo}").status_code == 302
    db.session.rollback()
    row = visit_for(scene.coordinator, number)
    assert row.on_day == DAY
    living = sa.select(Assignment.presenter_id).where(Assignment.state == AssignmentState.OFFERED)
    assert list(db.session.scalars(living)) == [ana.id]
    assert browser.post(f"/visits/{number}/place/back{undo}").status_code == 409  # pressed twice


def test_a_clash_is_said_before_and_a_forced_move_refused_with_what_was_typed(app, scene):
    ana, eva = a_free_educator(scene), a_free_educator(scene)
    offered_soon(scene, ana)
    second = plan_soon(scene, school_request_id=None, presentations=(a_plan(dt.time(12, 0)),))
    scene.suggest(eva)
    browser, path = coordinator(app, scene), f"/visits/{second}/place?from={eva.id}"
    wish = typed(scene, ana.id, start="10:20", leaves=eva.id, reason="Hall is taken")

    checked = browser.post(path, data=wish)
    forced = browser.post(path, data=wish | {"act": "move"})

    assert "Not possible." in body(checked)
    assert "Promised to another visit at that time." in body(checked)
    assert 'value="move"' not in body(checked)
    assert forced.status_code == 409
    assert "Hall is taken" in body(forced)


@pytest.mark.parametrize(
    "wrong", [{"on_day": "soon"}, {"starts_local": "noon"}, {"presenter": "someone"}, {"until_day": "1.2.2020."}]
)
def test_a_wrong_wish_is_said_and_moves_nothing(app, scene, wrong):
    ana = a_free_educator(scene)
    number = offered_soon(scene, ana)
    later = DAY + dt.timedelta(days=1)

    answer = coordinator(app, scene).post(
        f"/visits/{number}/place?from={ana.id}", data=typed(scene, ana.id, later, leaves=ana.id, act="move") | wrong
    )

    assert answer.status_code == 422
    assert visit_for(scene.coordinator, number).on_day == DAY


def test_every_cell_answers_before_a_block_is_dropped(app, scene):
    ana, eva = a_free_educator(scene), a_free_educator(scene)
    number = offered_soon(scene, ana)
    browser = coordinator(app, scene)

    cells = browser.get(f"/visits/{number}/place/cells?from={ana.id}&week={DAY.isoformat()}").json

    assert cells[f"{ana.id} {DAY.isoformat()}"] == ["quiet", "as it is now"]
    assert cells[f"{eva.id} {DAY.isoformat()}"][0] == "good"
    assert cells[f" {DAY.isoformat()}"] == ["wait", "out of the crew"]
    assert len(cells) == 4 * 7  # two presenters, the crew as it stands, the row without a crew


def test_another_centres_coordinator_finds_no_panel(app, scene):
    number = plan_soon(scene)
    stranger = browser_of(app, db.session.get_one(User, make_user().id))

    assert stranger.get(f"/visits/{number}/place").status_code == 404
    assert stranger.post(f"/visits/{number}/place", data=typed(scene)).status_code == 404
    assert stranger.get(f"/visits/{number}/place/cells").status_code == 404
    assert stranger.post(f"/visits/{number}/place/back").status_code == 404


def test_a_held_or_cancelled_visit_cannot_be_taken_up(app, scene):
    number = plan_soon(scene)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Storm", now=SOON - dt.timedelta(days=5))

    answer = coordinator(app, scene).post(f"/visits/{number}/place", data=typed(scene, start="11:00", act="move"))

    assert answer.status_code == 409


def test_who_moves_from_a_panel_that_is_out_of_date_is_told_and_may_then_mean_it(app, scene):
    ana, eva = a_free_educator(scene), a_free_educator(scene)
    number = offered_soon(scene, ana)
    browser, path = coordinator(app, scene), f"/visits/{number}/place?from={ana.id}"
    opened = body(browser.get(path)).split('name="version"')[1].split('value="')[1].split('"')[0]
    suggest_presenter(scene.coordinator, scene.visit_id, a_free_educator(scene).id, now=SOON)
    wish = typed(scene, eva.id, leaves=ana.id, act="move")

    stale = browser.post(path, data=wish | {"version": opened})
    fresh = body(stale).split('name="version"')[1].split('value="')[1].split('"')[0]

    assert stale.status_code == 409
    assert "somebody was quicker" in body(stale)
    assert browser.post(path, data=wish | {"version": fresh}).status_code == 302


def test_a_month_says_in_plain_sight_what_is_closed_and_shows_shift_and_drive_of_each_visit(app, scene):
    ana = a_free_educator(scene)
    offered_soon(scene, ana)
    first = DAY + dt.timedelta(days=1)
    with transaction() as session:
        session.add(
            Closure(
                reason=ClosureReason.SNOW,
                first_day=first,
                last_day=first,
                municipality_id=scene.host.municipality_id,
                closed_at=MONDAY,
            )
        )

    month = body(coordinator(app, scene).get(f"/board/month?month={first:%Y-%m}"))
    visit = body(coordinator(app, scene).get(f"/board/month?month={DAY:%Y-%m}"))

    listed = month.split('aria-label="Days without lessons, and closures"')[1].split("</ul>")[0]
    assert "Niš: Snow" in re.sub(r"\s+", " ", listed)
    dot = re.sub(r"\s+", " ", visit.split('class="dot ')[1].split("</a>")[0])
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
    now = MONDAY
    slot = Slot(now.date() + dt.timedelta(days=21 - now.weekday()), dt.time(10))
    book.hold(slot=slot, now=now)

    shown = body(coordinator(app, book).get(path.format(day=slot.on_day, month=f"{slot.on_day:%Y-%m}")))

    block = shown.split("block--held")[1].split("<td")[0]
    assert "held until" in block
    assert "10:00–10:45" in block
    assert book.host.name_sr_latn in block
    assert "/requests/" not in block.split("</td>")[0]


def test_the_panel_of_who_has_left_the_crew_or_never_was_says_so_and_breaks_nothing(app, scene):
    ana = scene.educator()
    number = offered_soon(scene, ana)
    browser = coordinator(app, scene)
    stranger = scene.educator()

    answers = [browser.get(f"/visits/{number}/place?from={who}") for who in (stranger.id, 999_999_999)]

    assert [one.status_code for one in answers] == [200, 200]
