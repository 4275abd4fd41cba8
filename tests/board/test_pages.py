"""Whom the board shows and offers: who lives nearest, whoever is meant, and the same page by page as of all."""

import datetime as dt
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from scheduler.board.queries import choices as board_choices
from scheduler.board.queries import week
from scheduler.board.queries import week as board_week
from scheduler.board.queries.choices import choices
from scheduler.board.queries.near_homes import lives_near
from scheduler.board.queries.sittings import everything
from scheduler.board.terms import BoardWish, PresenterChoice
from scheduler.core import clock
from scheduler.core.db import db, transaction
from scheduler.core.paging import PER_PAGE
from scheduler.people.models import Centre, Presenter
from scheduler.places.rules.hosts import road_km
from scheduler.places.terms.hosts import Point
from scheduler.programmes.models import Programme
from scheduler.staffing.queries.by_name import presenter_names
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_presenter
from tests.factories.places import make_municipality
from tests.visits import m_scale
from tests.visits.defences import take_defences_away
from tests.visits.scene import Scene, visit_of

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]


@pytest.fixture
def scene(session) -> Scene:
    return Scene()


def offered(session, scene: Scene, *keep: int) -> tuple[list[PresenterChoice], bool]:
    return choices(scene.coordinator, visit_for(scene.coordinator, visit_of(session, scene).number), keep)


def test_a_small_centre_is_offered_whole_by_name(session, scene):
    for name in ("Вера", "Ана", "Бојан"):
        scene.educator(given_name=name, family_name="Петровић")
    found, whole = offered(session, scene)
    assert ([one.name for one in found], whole) == (["Ана Петровић", "Бојан Петровић", "Вера Петровић"], True)


def test_of_a_large_centre_who_lives_nearest_who_goes_and_who_is_meant(session, scene, monkeypatch):
    far, north = make_municipality("Суботица", lat=46.1, lon=19.67), make_municipality("Сомбор", lat=45.77, lon=19.11)
    goes = scene.educator(home_id=far.id)
    scene.accepted_by(goes)
    meant, left_out = scene.educator(home_id=north.id), scene.educator(home_id=north.id)
    near = scene.educator()
    monkeypatch.setattr(board_choices, "PER_PAGE", 3)
    with statements() as made:
        found, whole = offered(session, scene, meant.id)
    assert ({one.presenter_id for one in found}, whole) == ({goes.id, meant.id, near.id}, False)
    assert left_out.id not in {one.presenter_id for one in found}
    at_most(1, [one for one in made if "suspended_at IS NULL" in one and "LIMIT" in one])


DAY = clock.local_day(MONDAY)
PLACES = ((44.8, 20.5), (45.26, 19.83), (43.32, 21.9), (44.0, 20.9), (44.79, 20.47), (46.1, 19.67), (43.9, 22.28))


@pytest.mark.parametrize("nearest", [1, 4, 9, 24])
@pytest.mark.parametrize("place", [Point(44.8, 20.5), Point(43.6, 21.0), Point(46.0, 19.0)], ids=str)
def test_the_nearest_by_road_are_those_of_all(monkeypatch, nearest: int, place: Point) -> None:
    monkeypatch.setattr(week, "NEAREST", nearest)
    centre_id = make_centre().id
    towns = [make_municipality(lat=latitude, lon=longitude).id for latitude, longitude in PLACES]
    people = [make_presenter(centre_id=centre_id, home_id=one).id for one in towns for _ in range(2)]
    make_presenter(home_id=towns[0])  # another centre's
    with transaction() as session:
        session.get_one(Presenter, people[0]).suspended_at = MONDAY
    every = [one for one in presenter_names(centre_id) if not one.suspended]
    by_road = [one.presenter_id for one in sorted(every, key=lambda one: (road_km(one.home, place), one.presenter_id))]
    kept = by_road[-1]
    wish = BoardWish(DAY, DAY + dt.timedelta(days=6), near=place, keep=frozenset({kept}))
    found = week.board(an_actor(centre_id=centre_id), wish, now=MONDAY)
    assert [row.presenter_id for row in found.rows] == by_road[:nearest] + [kept] * (nearest < len(by_road))


def test_few_names_are_loaded_of_a_large_centre() -> None:
    centre_id, far = make_centre().id, make_municipality("Суботица", lat=46.1, lon=19.67).id
    near = make_municipality("Ниш", lat=43.32, lon=21.9).id
    for home_id in (far, near):
        for _ in range(5):
            make_presenter(centre_id=centre_id, home_id=home_id)
    loaded = presenter_names(centre_id, lives_near(centre_id, Point(43.4, 21.8), 5))
    homes = db.session.scalars(select(Presenter.home_id).where(Presenter.id.in_([one.presenter_id for one in loaded])))
    assert homes.all() == [near] * 5


FIRST = MONDAY.date() + dt.timedelta(days=5)


@pytest.fixture
def busy(session):
    """A centre with a thousand visits: some off, some held, some without a crew, and people who left."""
    m_scale.write()
    for table in ("assignment", "presentation", "visit", "presenter"):
        take_defences_away(session, table)
    dice = Random(3)

    def some(table: type, share: float, **values: object) -> None:
        drawn = [one for one in session.scalars(sa.select(table.id).order_by(table.id)) if dice.random() < share]
        session.execute(sa.update(table).where(table.id.in_(drawn)).values(**values))

    some(Assignment, 0.1, state=AssignmentState.ABSENT)
    some(Assignment, 0.3, state=AssignmentState.WITHDRAWN)
    left = sa.select(Presentation.id).where(Presentation.visit_id % 7 == 0)
    session.execute(
        sa.update(Assignment).where(Assignment.presentation_id.in_(left)).values(state=AssignmentState.WITHDRAWN)
    )
    some(Visit, 0.1, state=VisitState.DELIVERED)
    some(Visit, 0.1, state=VisitState.CANCELLED, cancelled_by="school")
    first = sa.select(sa.func.min(Presentation.id).label("id"), Presentation.visit_id).group_by(Presentation.visit_id)
    into = {visit: number for number, visit in session.execute(first.limit(100))}
    for one in session.scalars(
        sa.select(Presentation).where(Presentation.visit_id.in_(into)).order_by(Presentation.id)
    ):
        if one.id != into[one.visit_id]:
            one.merged_into_id, one.state = into[one.visit_id], PresentationState.MERGED_INTO
    some(Presenter, 0.2, suspended_at=MONDAY)
    seats = sa.select(Assignment).where(Assignment.state == AssignmentState.ABSENT).order_by(Assignment.id).limit(30)
    for seat in session.scalars(seats).all():  # asked once more, and declined: the last word counts
        columns = {name: getattr(seat, name) for name in ("presentation_id", "presenter_id", "on_day")}
        times = {"busy_from": seat.busy_from, "busy_until": seat.busy_until, "state_since": MONDAY}
        session.add(Assignment(**columns, **times, state=AssignmentState.DECLINED))
    session.commit()
    return an_actor(centre_id=session.scalar(sa.select(Centre.id)))


@pytest.mark.deep
@pytest.mark.parametrize("rows", [slice(0, PER_PAGE), slice(10, 25)])
def test_a_page_of_presenters_says_the_same_as_if_all_visits_had_been_read(busy, session, monkeypatch, rows):
    monkeypatch.setattr(board_week, "_rows_of", lambda _wish: rows)
    programme = session.scalar(sa.select(Programme.id))
    for days, asked in ((6, None), (27, None), (6, programme), (6, programme + 999)):
        wish = BoardWish(FIRST, FIRST + dt.timedelta(days=days), programme_id=asked)
        with statements() as few:
            found = board_week.board(busy, wish, now=MONDAY)
        with monkeypatch.context() as whole, statements() as many:
            whole.setattr(board_week, "of_people", lambda _ids, _wish: everything())
            expected = board_week.board(busy, wish, now=MONDAY)
        assert (found, len(few)) == (expected, len(many))
        hidden = asked not in (None, programme)
        assert (not hidden, not hidden) == (bool(found.unassigned.visits), any(one.visits for one in found.rows))


def test_whoever_goes_stands_on_the_board_of_those_who_go_alone(busy):
    days = FIRST, FIRST + dt.timedelta(days=6)
    everybody = board_week.board(busy, BoardWish(*days), now=MONDAY)
    going = board_week.board(busy, BoardWish(*days, busy_only=True), now=MONDAY)
    assert [row for row in everybody.rows if row.visits] == list(going.rows)
    assert (everybody.days, everybody.unassigned) == (going.days, going.unassigned)
    assert 0 < going.total < everybody.total < m_scale.EDUCATORS + m_scale.INFLUENCERS


@pytest.mark.deep
def test_who_goes_is_looked_up_visit_by_visit_and_never_of_all_there_ever_were(busy, session):
    """PostgreSQL would make a table of every seat of ten years to answer `NOT EXISTS` beside an OR."""
    asked: list[tuple[str, object]] = []
    wish = BoardWish(FIRST, FIRST + dt.timedelta(days=27))
    engine = session.get_bind()

    def note(_connection, _cursor, statement, given, *_rest):
        asked.append((statement, given))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        board_week.board(busy, wish, now=MONDAY)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    (question,) = ((text, given) for text, given in asked if "FROM visit JOIN host" in text and "visit.version" in text)
    if engine.dialect.name == "postgresql":
        session.execute(sa.text("ANALYZE"))
        plan = session.connection().exec_driver_sql(f"EXPLAIN {question[0]}", question[1]).scalars().all()
        assert not [line for line in plan if "NOT (hashed" in line], plan
