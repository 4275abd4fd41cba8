"""The timetable of a visit says who listens: parents and teachers as well as pupils, never a lonely 0 of pupils."""

from sqlalchemy import update

from scheduler.core.db import transaction
from scheduler.visits.models.visits import Presentation
from tests.visits.scene import Scene
from tests.web.visits.pages import body, coordinator, offered_soon


def test_an_evening_of_parents_is_told_in_parents(app):
    scene = Scene(planned=False)
    number = offered_soon(scene, scene.educator())
    with transaction() as session:
        session.execute(update(Presentation).values(expected_pupils=0, expected_parents=67, expected_teachers=2))

    page = body(coordinator(app, scene).get(f"/visits/{number}?lang=en"))

    assert "67 parents · 2 teachers" in " ".join(page.split())
    assert "0 pupils" not in page
