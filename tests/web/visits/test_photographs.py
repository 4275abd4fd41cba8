"""Where a guardian has not agreed to photographs, who goes and who is visited read that none are taken."""

import pytest
from sqlalchemy import update

from scheduler.core import tokens
from scheduler.core.db import transaction
from scheduler.safeguarding.models import GuardianConsent
from tests.factories import MONDAY
from tests.visits.defences import take_defences_away
from tests.visits.scene import Scene
from tests.web.visits.pages import DAY, SOON, body, plan_soon, reading

NO_PHOTOS = "Take no photographs of the young presenter"


@pytest.fixture
def scene(app):
    return Scene(planned=False)


def allow_photographs() -> None:
    with transaction() as session:
        take_defences_away(session, "guardian_consent")
        session.execute(update(GuardianConsent).values(photo=True))


def pages(app, scene: Scene, person, number: str) -> list[str]:
    """The page of the visit, and the sheet of its day, as a presenter reads them."""
    browser = reading(app, person)
    return [body(browser.get(address)) for address in (f"/visits/{number}", f"/day/{DAY.isoformat()}")]


def school_reads(app, scene: Scene) -> str:
    with transaction():
        secret = tokens.mint("status", scene.asked.id, lasts=SOON - MONDAY, now=MONDAY)
    return body(reading(app, None).get(f"/status/{secret}"))


def test_no_photographs_unless_the_guardian_has_agreed(app, scene):
    ana, tara = scene.educator(), scene.minor()
    number = plan_soon(scene)
    scene.confirmed_by(ana, tara)

    for person in (ana, tara):
        assert [NO_PHOTOS in page for page in pages(app, scene, person, number)] == [True, True]
    assert NO_PHOTOS in school_reads(app, scene)
    allow_photographs()
    for person in (ana, tara):
        assert [NO_PHOTOS in page for page in pages(app, scene, person, number)] == [False, False]
    assert NO_PHOTOS not in school_reads(app, scene)


def test_a_crew_of_adults_reads_nothing_of_it(app, scene):
    ana = scene.educator()
    number = plan_soon(scene)
    scene.confirmed_by(ana)

    assert NO_PHOTOS not in "".join(pages(app, scene, ana, number)) + school_reads(app, scene)


def test_trust_s54_who_may_not_know_her_reads_the_same_whatever_the_guardian_said(app, scene):
    ana, boris, tara = scene.educator(), scene.educator(given_name="Борис"), scene.minor()
    number = plan_soon(scene)
    scene.offered_to(ana, boris, tara, until=SOON - (SOON - MONDAY) / 2)
    before = body(reading(app, boris).get(f"/visits/{number}"))
    allow_photographs()

    assert NO_PHOTOS in before
    assert NO_PHOTOS in body(reading(app, boris).get(f"/visits/{number}"))
