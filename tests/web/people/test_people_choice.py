"""Presenters are chosen in forms: from all where they are few, else from those found by name, without a script too."""

import datetime as dt
import re

import pytest

from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.programmes.models import Campaign, CampaignMember
from scheduler.staffing.queries.found_people import MOST_OFFERED, people_offered
from tests.ceilings import at_most
from tests.factories import MONDAY
from tests.factories.people import make_presenter
from tests.web.reading import rows_of
from tools.bench.counting import effort

PAGES = {"/campaigns/new": "crew", "/plans/new": "people", "/plans/mend": "presenter"}


@pytest.fixture
def many(programme) -> list[Presenter]:
    """More than a form lists; each has a name of her own."""
    names = [("Ана", f"Презиме{number:02}") for number in range(MOST_OFFERED + 2)]
    return [make_presenter(centre_id=programme.centre_id, given_name=one, family_name=other) for one, other in names]


def offered_on(page: str, field: str) -> list[str]:
    """The values of all choices of the field, in their order, without "Choose"."""
    ticks = re.findall(rf'<input[^>]*name="{field}"[^>]*>', page)
    lists = re.findall(rf'<select[^>]*name="{field}".*?</select>', page, re.DOTALL)
    return [value for one in (*ticks, *lists) for value in re.findall(r'value="(\d+)"', one)]


def ticked_on(page: str, field: str) -> list[str]:
    ticks = re.findall(rf'<input[^>]*name="{field}"[^>]*>', page)
    return [re.search(r'value="(\d+)"', one)[1] for one in ticks if "checked" in one]


@pytest.mark.parametrize(("page", "field"), PAGES.items())
def test_a_small_centre_chooses_from_all_by_name(desk, programme, page, field):
    second = make_presenter(centre_id=programme.centre_id, given_name="Ана", family_name="Бабић")
    first = make_presenter(centre_id=programme.centre_id, given_name="Ана", family_name="Аџић")
    gone = make_presenter(centre_id=programme.centre_id, suspended_at=MONDAY)

    shown = desk.get(page).text

    assert offered_on(shown, field) == [str(first.id), str(second.id)], gone.id
    assert 'name="found_by"' not in shown


@pytest.mark.parametrize(("page", "field"), PAGES.items())
def test_where_they_are_many_a_name_is_typed_first(desk, many, page, field):
    shown = desk.get(page).text
    assert offered_on(shown, field) == []
    assert 'name="found_by"' in shown

    found = desk.post(page, data={"found_by": "prezime07", "find": "1"})

    assert found.status_code == 200
    assert offered_on(found.text, field) == [str(many[7].id)]
    assert "field__error" not in found.text, "nothing is told to be missing while somebody is looked for"


def test_what_was_filled_and_chosen_stays_from_search_to_search(desk, programme, many):
    typed = {"name_sr_cyrl": "Покажи поштовање", "cities-0-town": "Ниш", "crew": [str(many[3].id)]}
    first = desk.post("/campaigns/new", data=typed | {"found_by": "Презиме07", "found_for": "", "find": "1"})
    assert offered_on(first.text, "crew") == [str(many[3].id), str(many[7].id)]
    assert ticked_on(first.text, "crew") == [str(many[3].id)]
    assert all(one in first.text for one in ("Покажи поштовање", 'value="Ниш"', 'name="found_for" type="hidden"'))

    both = [str(many[3].id), str(many[7].id)]
    typed["crew"] = both
    second = desk.post("/campaigns/new", data=typed | {"found_by": "презиме01", "found_for": "Презиме07"})
    assert offered_on(second.text, "crew") == sorted([*both, str(many[1].id)], key=int)
    assert ticked_on(second.text, "crew") == both

    wrong = desk.post("/campaigns/new", data=typed | {"found_by": "презиме01", "found_for": "презиме01"})
    assert wrong.status_code == 422, "a day is missing"
    assert ticked_on(wrong.text, "crew") == both


def test_a_name_that_was_not_looked_for_yet_is_a_search_and_stores_nothing(desk, programme, many):
    whole = {
        "name_sr_cyrl": "Покажи поштовање", "name_en": "Show respect", "summary_sr_cyrl": "Против насиља.",
        "programme": str(programme.id), "first_day": "2026-09-01", "last_day": "2026-12-31",
        "crew": [str(many[3].id)],
    }  # fmt: skip
    asked = desk.post("/campaigns/new", data=whole | {"found_by": "Презиме07"})
    assert asked.status_code == 200
    assert rows_of(Campaign) == []

    found = whole | {"found_by": "Презиме07", "found_for": "prezime07"}
    entered = desk.post("/campaigns/new", data=found | {"entered": "1"})
    assert entered.status_code == 200, "Enter while a name stands there finds"
    assert rows_of(Campaign) == []

    stored = desk.post("/campaigns/new", data=found)

    assert stored.status_code == 302, stored.text
    assert rows_of(CampaignMember.presenter_id) == [many[3].id]


def test_too_many_and_nobody_is_said(desk, many):
    crowd = desk.post("/plans/new?lang=en", data={"found_by": "Ана", "find": "1"})
    assert len(offered_on(crowd.text, "people")) == MOST_OFFERED
    assert f"These are the first {MOST_OFFERED}: type more of the name." in crowd.text

    nobody = desk.post("/plans/new?lang=en", data={"found_by": "Зоран", "find": "1"})
    assert "Nobody is called so." in nobody.text


def test_a_crew_names_a_minor_by_her_given_name_and_another_centres_presenter_never(desk, programme, many):
    minor = make_presenter(
        kind=PresenterKind.INFLUENCER, birth_date=dt.date(2010, 5, 1), centre_id=programme.centre_id,
        given_name="Тара", family_name="Зорић",
    )  # fmt: skip
    stranger = make_presenter(given_name="Тара", family_name="Зорићева")
    shown = desk.post("/campaigns/new", data={"found_by": "Зорић", "crew": [str(stranger.id)]})

    assert offered_on(shown.text, "crew") == [str(minor.id)]
    assert "Тара" in shown.text
    assert "Тара Зорић" not in shown.text


def test_who_is_suspended_stays_chosen_only_where_she_is_kept(session, many):
    gone = many[5]
    with transaction():
        gone.suspended_at = MONDAY

    assert people_offered(gone.centre_id, [], [gone.id]).people == []
    assert [one.presenter_id for one in people_offered(gone.centre_id, [], [gone.id], [gone.id]).people] == [gone.id]


@pytest.mark.parametrize(("words", "chosen", "statements"), [([], 0, 1), ([], 2, 2), (["prezime07"], 2, 3)])
def test_no_more_is_asked_than_is_shown(session, many, words, chosen, statements):
    centre_id, ids = many[0].centre_id, [one.id for one in many[:chosen]]
    with effort(db.engine) as made:
        offered = people_offered(centre_id, words, ids)

    at_most(statements, made.statements, f"SELECTs of {chosen} chosen and {len(words)} typed")
    assert len(offered.people) == chosen + len(words)
