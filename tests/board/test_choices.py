"""Whom the panel that moves a visit offers: everybody, or of a large centre who lives nearest, and whoever is meant."""

import pytest

from scheduler.board.queries import choices as board_choices
from scheduler.board.queries.choices import choices
from scheduler.board.terms import PresenterChoice
from scheduler.visits.queries.pages import visit_for
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.places import make_municipality
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
