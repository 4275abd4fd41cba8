"""A minor's name, and where a visit went, are read by who has accepted her presentation and stays (TRUST S54).

Each of these was told once; tests/laws/test_where_a_minor_will_be.py looks for others. Where her guardian has not
agreed to photographs, who goes and who is visited read that none are taken.
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
from scheduler.policy import Role
from scheduler.safeguarding.models import GuardianConsent
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer
from scheduler.staffing.service.open_calls import open_call
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState
from tests.calendar_readers import by_icalendar
from tests.factories import MONDAY
from tests.factories.feeds import make_feed, whole_of
from tests.factories.people import limited_to, presenter_actor, works
from tests.factories.places import make_host
from tests.factories.staffing import a_plan, staffing
from tests.factories.visits import make_assignment
from tests.visits.defences import take_defences_away
from tests.visits.scene import Scene
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of
from tests.web.visits.pages import (
    DAY,
    SOON,
    body,
    coordinator,
    link_of,
    number_of_visit,
    offered_soon,
    plan_soon,
    reading,
)

HOUR = dt.timedelta(hours=1)
NEXT_DAY = DAY + dt.timedelta(days=1)
YOUNG = "A young presenter comes along"
NO_PHOTOS = "Take no photographs of the young presenter"


@pytest.fixture
def apart(app) -> Scene:
    """A visit of two presentations: Ana and the minor, Tara, go to the first, Boris to the second."""
    scene = Scene(a_plan(), a_plan(dt.time(11)), planned=False)
    plan_soon(scene)
    first, second = rows_of(Presentation)
    scene.ana, scene.boris, scene.tara = scene.educator(), scene.educator(), scene.minor()
    for person, sitting in ((scene.ana, first), (scene.boris, second), (scene.tara, first)):
        make_assignment(sitting, person.id, AssignmentState.SUGGESTED, offered_until=None)
    with staffing(scene.visit_id, scene.coordinator) as going:
        going.offer()
        going.accept([scene.ana, scene.boris, scene.tara])
    return scene


@pytest.fixture
def trio(scene):
    """Ana, Boris and the minor, Tara, who may all go to one presentation."""
    return scene.educator(), scene.educator(given_name="Борис"), scene.minor()


def accepted(scene: Scene, *people: Presenter, now: dt.datetime = MONDAY) -> None:
    for person in people:
        answer_offer(presenter_actor(person), scene.visit_id, accepts=True, now=now)


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
    with staffing(apart.visit_id, apart.coordinator) as going:
        going.confirm()
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
    accepted(scene, ana, tara)

    hers, his = (body(reading(app, who).get(f"/visits/{number}")) for who in (ana, boris))

    assert ("Tara" in hers, "Ilić" in hers) == (True, False)
    assert ("Tara" in his, YOUNG in his) == (False, True)


def test_the_page_of_who_is_only_asked_names_no_minor(app, scene, trio):
    ana, _boris, tara = trio
    number = offered_soon(scene, *trio)
    accepted(scene, ana)
    before_tara_answers = body(reading(app, ana).get(f"/visits/{number}"))
    assert ("Tara" in before_tara_answers, "Ilić" in before_tara_answers) == (True, False)
    accepted(scene, tara)

    told = [body(reading(app, who).get(f"/visits/{number}")) for who in trio]

    assert [("Tara" in text, YOUNG in text) for text in told] == [(True, False), (False, True), (True, False)]
    assert "Ilić" not in told[0]
    assert "Tara" in body(staff_of(app, scene, Role.SAFEGUARDING).get(f"/visits/{number}"))


def test_the_calendar_of_who_is_only_asked_names_no_minor(scene, trio):
    ana, _boris, tara = trio
    plan_soon(scene)
    scene.offer(*trio)
    accepted(scene, ana, tara, now=MONDAY + HOUR)

    told = [calendar_of(who)[0]["description"] for who in trio]

    assert [("Tara" in text, YOUNG in text) for text in told] == [(True, False), (False, True), (True, False)]


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
    [released] = [row.text for row in rows_of(OutboxMessage) if row.kind == "visit_released"]
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
    asked = [row.address for row in rows_of(OutboxMessage) if row.kind == "visit_open"]
    assert asked == [db.session.get_one(User, vera.user_id).email]


@pytest.mark.postgres_decides
def test_who_is_asked_no_more_keeps_one_line_whatever_becomes_of_the_visit(app, scene, trio):
    ana, boris, tara = trio
    number = offered_soon(scene, *trio)
    accepted(scene, boris, tara)
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


# --- photographs ---


def allow_photographs() -> None:
    with transaction() as session:
        take_defences_away(session, "guardian_consent")
        session.execute(sa.update(GuardianConsent).values(photo=True))


def forbidden_on(app, scene: Scene, *people: Presenter) -> list[bool]:
    """Whether photographs are forbidden: to each on the visit's page and its day's sheet, to the school on its own."""
    ways = f"/visits/{number_of_visit(scene)}", f"/day/{DAY}"
    readers = [(reading(app, one), way) for one in people for way in ways]
    readers.append((reading(app, None), f"/status/{link_of(scene)}"))
    return [NO_PHOTOS in body(browser.get(way)) for browser, way in readers]


def test_no_photographs_unless_the_guardian_has_agreed(app, scene):
    ana, tara = scene.educator(), scene.minor()
    plan_soon(scene)
    scene.confirmed_by(ana, tara)

    assert forbidden_on(app, scene, ana, tara) == [True] * 5
    allow_photographs()
    assert forbidden_on(app, scene, ana, tara) == [False] * 5


def test_a_crew_of_adults_reads_nothing_of_photographs(app, scene):
    ana = scene.educator()
    plan_soon(scene)
    scene.confirmed_by(ana)

    assert forbidden_on(app, scene, ana) == [False] * 3


def test_trust_s54_who_may_not_know_her_reads_the_same_whatever_the_guardian_said(app, scene, trio):
    number = offered_soon(scene, *trio)
    before = body(reading(app, trio[1]).get(f"/visits/{number}"))
    allow_photographs()

    assert NO_PHOTOS in before
    assert NO_PHOTOS in body(reading(app, trio[1]).get(f"/visits/{number}"))


TELLING = ("FIRST", "The other visit", "Promised:", "minutes and there are", "Karadžić")


@pytest.fixture
def near(app):
    return make_host("Школа на другом крају", lat=45.25, lon=19.85)


def second_offer(app, scene, near, reader, people, begins: dt.time) -> str:
    """What the reader sees of the candidates for a second visit, and of the refusal to offer it to the same people.

    The number of the first visit stands there as FIRST.
    """
    first = plan_soon(scene)
    scene.offered_to(*people, until=SOON - dt.timedelta(days=14))
    second = plan_soon(scene, host_id=near.id, school_request_id=None, presentations=(a_plan(begins),))
    candidates = body(reader.get(f"/visits/{second}"))
    scene.suggest(*people)
    until = (DAY - dt.timedelta(days=10)).strftime("%d.%m.%Y.")

    answer = reader.post(f"/visits/{second}/offer", data={"until_day": until, "until_time": "14:00"})

    assert answer.status_code == 409
    return (candidates + body(answer)).replace(first, "FIRST")


@pytest.mark.postgres_decides
@pytest.mark.parametrize("begins", [dt.time(10, 30), dt.time(11)], ids=["at the same hour", "too soon after"])
def test_who_is_limited_to_other_districts_reads_the_bare_reason(app, scene, near, begins):
    limited_to(scene.coordinator.user_id, near)
    reader = coordinator(app, scene)

    shown = second_offer(app, scene, near, reader, [scene.educator(), scene.minor()], begins)

    assert shown.count("Promised to another visit at that time.") == 3  # of the two candidates, and of the refusal
    assert [word for word in TELLING if word in shown] == []


@pytest.mark.postgres_decides
@pytest.mark.parametrize(
    ("begins", "words", "minutes"),
    [
        (dt.time(10, 30), "Promised to another visit at that time. The other visit: FIRST", 0),
        (dt.time(11), "the drive takes", 3),  # of the two candidates, and of the refusal
    ],
)
@pytest.mark.parametrize("limited", [False, True])
def test_who_reaches_the_other_visit_reads_which_it_is(app, scene, near, begins, words, minutes, limited):
    if limited:
        limited_to(scene.coordinator.user_id, near, scene.host)
    reader = coordinator(app, scene)

    shown = second_offer(app, scene, near, reader, [scene.educator(), scene.minor()], begins)

    assert words in shown
    assert "The other visit: FIRST" in shown
    assert shown.count("minutes and there are") == minutes
