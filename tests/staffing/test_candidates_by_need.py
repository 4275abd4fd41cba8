"""Who could go, by pages: who probably fits first, the nearest first; whose hand is up is always judged."""

import pytest
from sqlalchemy import update

from scheduler.core.db import transaction
from scheduler.people.models import Presenter
from scheduler.programmes.models import CampaignMember
from scheduler.staffing.models.open_calls import RaisedHand
from scheduler.staffing.queries import candidates as by_pages
from scheduler.staffing.queries.candidates import SHOWN_AT_ONCE, candidates, candidates_by_need
from scheduler.staffing.queries.open_calls import hands_of
from scheduler.visits.models.visits import Visit
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import works
from tests.factories.places import make_municipality
from tests.factories.programmes import make_campaign
from tests.visits.scene import Scene


@pytest.fixture
def scene(session) -> Scene:
    return Scene()


def by_need(scene, page=1):
    return candidates_by_need(scene.coordinator, scene.visit_id, now=MONDAY, page=page)


@pytest.mark.both_databases
def test_the_pages_together_are_all_and_who_fits_stands_before_who_does_not(scene):
    wanted = {scene.educator().id for _ in range(5)}  # who have named no hours
    for _ in range(SHOWN_AT_ONCE):
        works(scene.educator())

    (first, _), (second, _) = by_need(scene), by_need(scene, 2)

    assert (first.total, first.pages, len(first.rows)) == (SHOWN_AT_ONCE + 5, 2, SHOWN_AT_ONCE)
    assert all(one.fits for one in first.rows)
    assert {one.presenter_id for one in second.rows} == wanted
    assert not any(one.fits for one in second.rows)
    every = candidates(scene.coordinator, scene.visit_id, now=MONDAY)
    assert sorted([*first.rows, *second.rows], key=lambda one: one.presenter_id) == sorted(
        every, key=lambda one: one.presenter_id
    )


def test_whose_hand_is_up_is_judged_wherever_she_stands(scene):
    people = [scene.educator() for _ in range(SHOWN_AT_ONCE + 1)]
    with transaction() as session:
        session.get_one(Presenter, people[0].id).suspended_at = MONDAY
        row = RaisedHand(visit_id=scene.visit_id, presenter_id=people[0].id, raised_at=MONDAY)
        session.add(row)

    page, judged = by_need(scene)

    assert people[0].id not in {one.presenter_id for one in page.rows}
    assert [hand.candidate.presenter_id for hand in hands_of(scene.visit_id, judged)] == [people[0].id]


def test_a_page_asks_as_often_for_a_hundred_presenters_as_for_ten(scene):
    for _ in range(10):
        scene.educator()
    with statements() as few:
        by_need(scene)
    for _ in range(90):
        scene.educator()
    with statements() as many:
        page, _judged = by_need(scene)

    assert (page.total, len(page.rows)) == (100, SHOWN_AT_ONCE)
    assert len(many) == len(few)


@pytest.mark.deep
@pytest.mark.both_databases
@pytest.mark.parametrize("in_campaign", [False, True])
def test_the_nearest_are_asked_first_and_the_pages_are_those_of_all(scene, session, monkeypatch, in_campaign):
    """With two on a page: near and far, some of whom something speaks against, and some of a campaign's crew."""
    towns = [make_municipality(f"Town {number}", lat=43.0 + number / 10, lon=21.0).id for number in range(4)]
    people = [scene.educator(home_id=towns[number * 7 % 4]) for number in range(18)]
    for number, person in enumerate(people):
        if number % 3:
            works(person)
    if in_campaign:
        meant = make_campaign(programme=scene.programme).id
        session.add_all(CampaignMember(campaign_id=meant, presenter_id=people[number].id) for number in (1, 6, 16))
        session.execute(update(Visit).where(Visit.id == scene.visit_id).values(campaign_id=meant))
        session.commit()
    monkeypatch.setattr(by_pages, "SHOWN_AT_ONCE", 2)

    def pages_where(asked_first: int) -> list[list[int]]:
        monkeypatch.setattr(by_pages, "ASKED_FIRST", asked_first)
        return [[one.presenter_id for one in by_need(scene, page)[0].rows] for page in range(1, 11)]

    whole = pages_where(1_000)
    assert [pages_where(number) for number in (1, 4, 9, 18)] == [whole] * 4
    assert sorted(who for page in whole for who in page) == sorted(one.id for one in people)
    monkeypatch.setattr(by_pages, "ASKED_FIRST", 9)
    with statements() as of_the_nearest:
        by_need(scene)
    with statements() as of_all:
        by_need(scene, 8)
    assert len(of_all) > len(of_the_nearest)  # the first page is found among the nearest alone
    at_most(1, len(of_all) - len(of_the_nearest), "more SELECTs of a later page")
