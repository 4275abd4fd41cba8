"""A minor's name, and where a visit went, are read by who has accepted her presentation and stays (TRUST S54).

Each of these was told once; tests/laws/test_where_a_minor_will_be.py looks for others.
"""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.board.service import place_visit
from scheduler.board.terms import Placing
from scheduler.core.db import db, transaction
from scheduler.core.language import long_day
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter, User
from scheduler.staffing.service.crew import suggest_presenter, withdraw_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer, offer_visit
from scheduler.staffing.service.open_calls import open_call
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState
from tests.calendar_readers import by_icalendar
from tests.factories import MONDAY
from tests.factories.feeds import make_feed, whole_of
from tests.factories.people import presenter_actor, works
from tests.factories.staffing import a_plan
from tests.visits.scene import Scene
from tests.web.browser import browser_of
from tests.web.visits.pages import DAY, body, number_of_visit, offered_soon, plan_soon, reading

HOUR = dt.timedelta(hours=1)
NEXT_DAY = DAY + dt.timedelta(days=1)
YOUNG = "A young presenter comes along"


@pytest.fixture
def scene(app) -> Scene:
    return Scene(planned=False)


@pytest.fixture
def apart(app) -> Scene:
    """A visit of two presentations: Ana and the minor, Tara, go to the first, Boris to the second."""
    scene = Scene(a_plan(), a_plan(dt.time(11)), planned=False)
    plan_soon(scene)
    sittings = db.session.scalars(
        sa.select(Presentation.id).where(Presentation.visit_id == scene.visit_id).order_by(Presentation.ordinal)
    ).all()
    scene.ana, scene.boris, scene.tara = scene.educator(), scene.educator(), scene.minor()
    for person, sitting in ((scene.ana, sittings[0]), (scene.boris, sittings[1]), (scene.tara, sittings[0])):
        suggest_presenter(scene.coordinator, scene.visit_id, person.id, now=MONDAY, presentation_ids=[sitting])
    offer_visit(scene.coordinator, scene.visit_id, until=MONDAY + 48 * HOUR, now=MONDAY)
    for person in (scene.ana, scene.boris, scene.tara):
        answer_offer(presenter_actor(person), scene.visit_id, accepts=True, now=MONDAY)
    return scene


def moved(scene: Scene) -> None:
    wish = NewTimes(NEXT_DAY, {}, MONDAY + 48 * HOUR)
    move_visit(scene.coordinator, scene.visit_id, wish, now=MONDAY + 2 * HOUR)


def declined(scene: Scene, person: Presenter) -> None:
    answer_offer(presenter_actor(person), scene.visit_id, accepts=False, reason="x", now=MONDAY + HOUR)


def calendar_of(person: Presenter) -> list[dict[str, str]]:
    return by_icalendar(whole_of(make_feed(person), now=MONDAY + 3 * HOUR).body)


def state_at(scene: Scene, person: Presenter) -> AssignmentState:
    db.session.rollback()
    return db.session.scalars(sa.select(Assignment.state).where(Assignment.presenter_id == person.id)).one()


@pytest.mark.parametrize("page", ["/visits/{number}", "/day/{day}", "/desk", "/visits/{number}/count/1"])
def test_who_goes_to_another_presentation_reads_no_name(app, apart, the_clock, page):
    the_clock.stands_at(dt.datetime.combine(DAY, dt.time(6), tzinfo=dt.UTC))
    way = page.format(number=number_of_visit(apart), day=DAY)

    told = [body(reading(app, who).get(way)) for who in (apart.ana, apart.boris)]

    assert ["Tara" in text for text in told] == [True, False]
    assert [YOUNG in text for text in told] == [False, "count" not in page]


def test_who_may_not_name_a_minor_keeps_what_was_noted_of_her(app, apart, the_clock):
    """Boris counts the first presentation anew: that Tara was not there stays, though he is not asked about her."""
    confirm_visit(apart.coordinator, apart.visit_id, now=MONDAY)
    the_clock.stands_at(dt.datetime.combine(DAY, dt.time(9, 30), tzinfo=dt.UTC))
    way = f"/visits/{number_of_visit(apart)}/count/1"
    typed = {"pupils": "80", "parents": "0", "teachers": "1", "others": "0", "turned_away": "0", "minutes_given": "45"}
    reading(app, apart.ana).post(way, data=typed | {"absent": [str(apart.tara.id)], "teacher_present": "y"})
    assert state_at(apart, apart.tara) is AssignmentState.ABSENT

    reading(app, apart.boris).post(way, data=typed | {"pupils": "81", "teacher_present": "y"})

    assert state_at(apart, apart.tara) is AssignmentState.ABSENT


def test_who_is_a_minor_today_is_read_as_one_though_she_is_grown_up_by_then(app, scene):
    ana, boris = scene.educator(), scene.educator()
    tara = scene.minor(birth_date=(DAY - dt.timedelta(days=1)).replace(year=DAY.year - 18))
    number = offered_soon(scene, ana, boris, tara)
    for person in (ana, tara):
        answer_offer(presenter_actor(person), scene.visit_id, accepts=True, now=MONDAY)

    accepted, asked = (body(reading(app, who).get(f"/visits/{number}")) for who in (ana, boris))

    assert ("Tara" in accepted, "Ilić" in accepted) == (True, False)
    assert ("Tara" in asked, YOUNG in asked) == (False, True)


def test_the_calendar_of_who_is_only_asked_names_no_minor(scene):
    ana, boris, tara = scene.educator(), scene.educator(), scene.minor()
    plan_soon(scene)
    scene.offer(ana, boris, tara)
    for person in (ana, tara):
        answer_offer(presenter_actor(person), scene.visit_id, accepts=True, now=MONDAY + HOUR)

    told = {who.id: calendar_of(who)[0]["description"] for who in (ana, boris, tara)}

    assert [("Tara" in text, YOUNG in text) for text in told.values()] == [(True, False), (False, True), (True, False)]


def test_a_calendar_does_not_follow_a_visit_that_its_reader_left(scene):
    ana, boris = scene.educator(), scene.educator()
    plan_soon(scene)
    scene.accept(ana, boris)
    withdraw_presenter(scene.coordinator, scene.visit_id, ana.id, reason="x", now=MONDAY + HOUR)
    assert [event["status"] for event in calendar_of(ana)] == ["CANCELLED"]

    moved(scene)

    assert calendar_of(ana) == []
    assert [event["status"] for event in calendar_of(boris)] == ["TENTATIVE"]


def test_who_is_replaced_as_the_visit_moves_reads_no_new_day_in_her_calendar(scene):
    ana, boris = scene.educator(), scene.educator()
    plan_soon(scene)
    scene.accept(ana)
    wish = Placing(NEXT_DAY, dt.time(10), MONDAY + 48 * HOUR, leaves=ana.id, comes=boris.id)

    place_visit(scene.coordinator, scene.visit_id, wish, now=MONDAY + HOUR)

    assert calendar_of(ana) == []
    [offered] = calendar_of(boris)
    assert offered["dtstart_utc"].startswith(NEXT_DAY.isoformat())
    released = db.session.scalars(sa.select(OutboxMessage.text).where(OutboxMessage.kind == "visit_released")).one()
    assert (long_day(DAY, "sr_Cyrl") in released, long_day(NEXT_DAY, "sr_Cyrl") in released) == (True, False)


@pytest.mark.postgres_decides
def test_a_visit_that_moved_and_is_called_off_is_not_read_by_who_had_left(app, scene):
    ana, boris = scene.educator(), scene.educator()
    number = offered_soon(scene, ana, boris)
    declined(scene, ana)
    moved(scene)
    cancel_visit(scene.coordinator, scene.visit_id, reason="x", now=MONDAY + 3 * HOUR)

    assert [browser_of(app, who).get(f"/visits/{number}").status_code for who in (ana, boris)] == [404, 200]


def test_who_said_no_is_not_called_openly_to_the_same_visit(app, scene):
    ana, boris, vera = scene.educator(), works(scene.educator()), works(scene.educator())
    number = offered_soon(scene, ana, boris)
    declined(scene, boris)
    open_call(scene.coordinator, scene.visit_id, now=MONDAY + 2 * HOUR)

    way = f"/offers/{number}/hand/up"
    assert [browser_of(app, who).post(way).status_code for who in (boris, vera)] == [404, 302]
    assert [scene.host.name_sr_latn in body(reading(app, who).get("/offers")) for who in (boris, vera)] == [False, True]
    asked = sa.select(OutboxMessage.address).where(OutboxMessage.kind == "visit_open")
    assert list(db.session.scalars(asked)) == [db.session.get_one(User, vera.user_id).email]


@pytest.mark.postgres_decides
def test_who_is_asked_no_more_keeps_one_line_whatever_becomes_of_the_visit(app, scene):
    ana, boris, tara = scene.educator(), scene.educator(), scene.minor()
    number = offered_soon(scene, ana, boris, tara)
    for person in (boris, tara):
        answer_offer(presenter_actor(person), scene.visit_id, accepts=True, now=MONDAY)
    declined(scene, ana)
    first = body(reading(app, ana).get("/offers"))
    assert f"Visit {number}, answer by " in first
    assert "you could not come" in first

    moved(scene)
    with transaction() as session:
        session.execute(sa.update(Presentation).values(room="Elsewhere"))
    cancel_visit(scene.coordinator, scene.visit_id, reason="x", now=MONDAY + 3 * HOUR)

    last = body(reading(app, ana).get("/offers"))
    assert last.split("<main")[1].split("</main>")[0] == first.split("<main")[1].split("</main>")[0]
    assert not {"Tara", scene.host.name_sr_latn, scene.host.name_sr_cyrl} & set(last.split())
    assert "Earlier offers" not in body(reading(app, tara).get("/desk"))


def test_who_is_asked_again_reads_the_visit_and_no_line(app, scene):
    ana = scene.educator()
    number = offered_soon(scene, ana)
    declined(scene, ana)
    scene.offered_to(ana)

    text = body(reading(app, ana).get("/offers"))

    assert ("I accept" in text, "Earlier offers" in text) == (True, False)
    assert browser_of(app, ana).get(f"/visits/{number}").status_code == 200
