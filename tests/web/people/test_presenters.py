import datetime as dt
import re

import pytest

from scheduler.core.db import transaction
from scheduler.people import queries
from scheduler.people.models import Presenter, UserRole
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user
from tests.factories.places import make_municipality
from tests.factories.safeguarding import a_cleared_educator
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of

TOMORROW = MONDAY.date() + dt.timedelta(days=1)


@pytest.fixture
def presenter(app) -> Presenter:
    return make_presenter()


@pytest.fixture
def me(app, presenter):
    """The presenter's own browser."""
    return browser_of(app, presenter)


@pytest.fixture
def coordinator(app, presenter):
    return staff_of(app, presenter)


def filled(**given) -> dict[str, object]:
    fair = {
        "given_name": "Tara", "family_name": "Jović", "email": "tara@home.example", "kind": "influencer",
        "birth_date": "1.3.2005", "topics": ["privacy"], "languages": ["sr", "hu"],
    }  # fmt: skip
    if "home" not in given:
        fair["home"] = make_municipality("Кула").id
    return fair | given


def hours_of(presenter: Presenter) -> list[tuple[int, str, str]]:
    return [
        (row.weekday, f"{row.from_local:%H:%M}", f"{row.until_local:%H:%M}")
        for row in queries.hours_of([presenter.id])[presenter.id]
    ]


def test_the_list_shows_presenters_of_the_centre_only_and_an_empty_one_what_to_do(app, coordinator, presenter):
    a_cleared_educator(centre_id=presenter.centre_id, given_name="Јелена", family_name="Ристић")
    make_presenter(given_name="Туђа", family_name="Предавачица")

    page = coordinator.get("/people").text

    assert ("Јелена Ристић" in page, "Туђа" in page) == (True, False)
    assert "/people/new" in browser_of(app, make_user()).get("/people").text


def test_a_coordinator_adds_a_presenter_and_goes_on_to_her_hours(coordinator):
    answer = coordinator.post("/people/new", data=filled())

    presenter_id = rows_of(Presenter.id)[-1]
    assert answer.location == f"/people/{presenter_id}/hours"
    row = queries.presenters_by_id([presenter_id])[presenter_id]
    assert (row.full_name, row.kind, row.home_sr_latn) == ("Tara Jović", PresenterKind.INFLUENCER, "Kula")


@pytest.mark.parametrize(
    "wrong",
    [
        *({"birth_date": typed} for typed in ("", "31.2.2005", f"1.1.{TOMORROW.year - 10}")),
        *({"home": typed} for typed in ("4711", "x", "")),
        *({"email": "tara"}, {"topics": []}, {"languages": ["klingon"]}, {"kind": ""}, {"given_name": "x" * 500}),
    ],
    ids=str,
)
def test_wrong_input_is_told_and_everything_typed_is_kept(coordinator, wrong):
    answer = coordinator.post("/people/new", data=filled(**wrong))

    assert answer.status_code == 422
    assert 'value="Jović"' in answer.text
    assert "field__error" in answer.text
    assert len(rows_of(Presenter)) == 1, "nobody beside the one of the list"


def test_the_week_is_typed_stored_and_shown_again(me, presenter):
    path = f"/people/{presenter.id}/hours"

    assert me.post(path, data={"day_0": "8-13, 16:30 – 18", "day_4": "9.15-24"}).status_code == 302

    shown = me.get(path).text
    assert ('value="08:00' in shown, 'value="09:15' in shown) == (True, True)
    assert hours_of(presenter) == [(0, "08:00", "13:00"), (0, "16:30", "18:00"), (4, "09:15", "23:59")]


def test_a_week_of_mornings_and_afternoons_is_ticked_and_shown_ticked(me, presenter):
    path = f"/people/{presenter.id}/hours"

    assert me.post(path, data={"half_0": ["morning", "afternoon"], "half_3": ["afternoon"], "day_3": "9-11"}).location

    monday, thursday = [("08:00", "13:00"), ("13:00", "20:00")], [("09:00", "11:00"), ("13:00", "20:00")]
    assert hours_of(presenter) == [*((0, *half) for half in monday), *((3, *half) for half in thursday)]
    page = me.get(path).text
    assert re.findall(r'<input checked[^>]* id="(half_\d-\d)"', page) == ["half_0-0", "half_0-1"]
    assert 'value="09:00–11:00, 13:00–20:00"' in page


@pytest.mark.parametrize(
    "half", [{"half_2": ["night"]}, {"half_2": ["morning"], "day_2": "12-14"}, {"half_2": "x" * 5000}]
)
def test_a_half_that_is_none_or_overlaps_is_told_and_nothing_is_stored(me, presenter, half):
    assert me.post(f"/people/{presenter.id}/hours", data=half).status_code == 422
    assert hours_of(presenter) == []


@pytest.mark.parametrize("typed", ["morning", "8-", "25-26", "13-8", "8-12, 11-13", "8:99-9"])
def test_hours_that_are_none_are_told_and_kept(me, presenter, typed):
    answer = me.post(f"/people/{presenter.id}/hours", data={"day_2": typed})

    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert hours_of(presenter) == []


def test_days_away_are_added_and_removed(me, presenter):
    path, typed = f"/people/{presenter.id}", f"{TOMORROW:%d.%m.%Y.}"

    assert me.post(path, data={"first_day": typed, "last_day": typed, "available": "no"}).status_code == 302
    (row,) = queries.exceptions_of([presenter.id], TOMORROW)[presenter.id]
    assert (row.first_day, row.available) == (TOMORROW, False)
    assert f"/people/{presenter.id}/exceptions/{row.id}/remove" in me.get(path).text
    assert me.post(f"{path}/exceptions/{row.id}/remove").status_code == 302
    assert me.post(path, data={"first_day": "2026-02-30", "last_day": typed}).status_code == 422


def test_skills_are_changed(me, presenter):
    page, home = f"/people/{presenter.id}", {"home": presenter.home_id}

    assert me.post(f"{page}/skills", data=home | {"topics": ["privacy"], "languages": ["hu"]}).location == page
    assert me.post(f"{page}/skills", data=home).status_code == 422
    assert queries.presenters_by_id([presenter.id])[presenter.id].languages == ("hu",)


@pytest.mark.parametrize("tail", ["", "/skills", "/hours"])
def test_another_presenters_page_does_not_exist_for_a_presenter_nor_for_another_centre(app, presenter, tail):
    for stranger in (make_presenter(), make_user()):
        assert browser_of(app, stranger).get(f"/people/{presenter.id}{tail}").status_code == 404


def test_a_minors_birth_date_and_address_stand_on_no_page(presenter, coordinator):
    given = {"birth_date": dt.date(2010, 3, 17), "email": "tara@home.example", "centre_id": presenter.centre_id}
    minor = make_presenter(PresenterKind.INFLUENCER, **given)

    page = coordinator.get(f"/people/{minor.id}").text + coordinator.get("/people").text

    assert "17" not in [part.strip() for part in page.split(".")]
    assert "2010" not in page
    assert "tara@home.example" not in page


def test_a_coordinator_suspends_a_presenter_and_reads_who_restores_her(app, coordinator, presenter):
    page = f"/people/{presenter.id}?lang=en"
    assert f'action="/people/users/{presenter.user_id}/suspend"' in coordinator.get(page).text

    assert coordinator.post(f"/people/users/{presenter.user_id}/suspend").location == "/people"

    assert presenter.suspended_at == MONDAY
    shown = coordinator.get(page).text
    assert "A safeguarding officer or an administrator restores who was suspended." in shown
    assert "/restore" not in shown
    assert coordinator.post(f"/people/users/{presenter.user_id}/restore").status_code == 403
    officer = staff_of(app, presenter, Role.SAFEGUARDING)
    assert f'action="/people/users/{presenter.user_id}/restore"' in officer.get(page).text


def test_a_colleague_who_presents_too_is_not_suspended_by_a_coordinator(coordinator, presenter):
    with transaction() as writing:
        writing.add(UserRole(user_id=presenter.user_id, role=Role.ADMINISTRATOR))

    assert "/suspend" not in coordinator.get(f"/people/{presenter.id}").text
    assert coordinator.post(f"/people/users/{presenter.user_id}/suspend").status_code == 403
    assert presenter.suspended_at is None
