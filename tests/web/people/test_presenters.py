import datetime as dt
import re

import pytest
from sqlalchemy import select

from scheduler.core.db import db, transaction
from scheduler.people import queries
from scheduler.people.models import Presenter, UserRole
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_presenter, make_user
from tests.factories.places import make_municipality
from tests.factories.safeguarding import a_cleared_educator
from tests.web.browser import browser_of

TOMORROW = MONDAY.date() + dt.timedelta(days=1)


@pytest.fixture
def centre_id(app) -> int:
    return make_centre().id


@pytest.fixture
def coordinator(app, centre_id):
    return browser_of(app, make_user(Role.COORDINATOR, centre_id=centre_id))


def filled(**given) -> dict[str, object]:
    fair = {
        "given_name": "Tara",
        "family_name": "Jović",
        "email": "tara@home.example",
        "kind": "influencer",
        "birth_date": "1.3.2005",
        "topics": ["privacy"],
        "languages": ["sr", "hu"],
    }
    if "home" not in given:
        fair["home"] = make_municipality("Кула").id
    return fair | given


def test_the_list_shows_presenters_of_the_centre_only(coordinator, centre_id):
    a_cleared_educator(centre_id=centre_id, given_name="Јелена", family_name="Ристић")
    make_presenter(given_name="Туђа", family_name="Предавачица")

    page = coordinator.get("/people").text

    assert "Јелена Ристић" in page
    assert "Туђа" not in page


def test_an_empty_list_says_what_to_do(coordinator):
    assert "/people/new" in coordinator.get("/people").text


def test_the_list_asks_the_database_equally_often_for_one_and_for_three(coordinator, centre_id):
    counts = []
    for _ in range(2):
        a_cleared_educator(centre_id=centre_id)
        with statements() as asked:
            assert coordinator.get("/people").status_code == 200
        counts.append(len(asked))
        a_cleared_educator(centre_id=centre_id)

    assert counts[0] == counts[1]


def test_a_coordinator_adds_a_presenter_and_goes_on_to_her_hours(coordinator):
    answer = coordinator.post("/people/new", data=filled())

    presenter = db.session.scalars(select(Presenter)).one()
    assert answer.location == f"/people/{presenter.id}/hours"
    row = queries.presenters_by_id([presenter.id])[presenter.id]
    assert (row.full_name, row.kind, row.home_sr_latn) == ("Tara Jović", PresenterKind.INFLUENCER, "Kula")


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "tara"},
        {"birth_date": ""},
        {"birth_date": "31.2.2005"},
        {"birth_date": f"1.1.{TOMORROW.year - 10}"},
        {"topics": []},
        {"languages": ["klingon"]},
        {"home": "4711"},
        {"home": "x"},
        {"home": ""},
        {"kind": ""},
        {"given_name": "x" * 500},
    ],
)
def test_wrong_input_is_told_and_everything_typed_is_kept(coordinator, wrong):
    answer = coordinator.post("/people/new", data=filled(**wrong))

    assert answer.status_code == 422
    assert 'value="Jović"' in answer.text
    assert "field__error" in answer.text
    assert db.session.scalars(select(Presenter)).all() == []


def test_the_week_is_typed_stored_and_shown_again(app):
    presenter = make_presenter()
    me = browser_of(app, presenter)
    path = f"/people/{presenter.id}/hours"

    assert me.post(path, data={"day_0": "8-13, 16:30 – 18", "day_4": "9.15-24"}).status_code == 302

    assert [str(row) for row in me.get(path).text.split('value="') if row[:5] in ("08:00", "09:15")] != []
    db.session.rollback()
    hours = queries.hours_of([presenter.id])[presenter.id]
    assert [(row.weekday, f"{row.from_local:%H:%M}", f"{row.until_local:%H:%M}") for row in hours] == [
        (0, "08:00", "13:00"),
        (0, "16:30", "18:00"),
        (4, "09:15", "23:59"),
    ]


def test_a_week_of_mornings_and_afternoons_is_ticked_and_shown_ticked(app):
    presenter = make_presenter()
    me = browser_of(app, presenter)
    path = f"/people/{presenter.id}/hours"

    assert me.post(path, data={"half_0": ["morning", "afternoon"], "half_3": ["afternoon"], "day_3": "9-11"}).location
    db.session.rollback()
    hours = queries.hours_of([presenter.id])[presenter.id]
    assert [(row.weekday, row.from_local.hour, row.until_local.hour) for row in hours] == [
        (0, 8, 13),
        (0, 13, 20),
        (3, 9, 11),
        (3, 13, 20),
    ]
    page = me.get(path).text
    ticks = re.findall(r'<input checked[^>]* id="(half_\d-\d)"', page)
    assert ticks == ["half_0-0", "half_0-1"]
    assert 'value="09:00–11:00, 13:00–20:00"' in page


@pytest.mark.parametrize(
    "half", [{"half_2": ["night"]}, {"half_2": ["morning"], "day_2": "12-14"}, {"half_2": "x" * 5000}]
)
def test_a_half_that_is_none_or_overlaps_is_told_and_nothing_is_stored(app, half):
    presenter = make_presenter()
    answer = browser_of(app, presenter).post(f"/people/{presenter.id}/hours", data=half)

    assert answer.status_code == 422
    assert queries.hours_of([presenter.id]) == {presenter.id: ()}


@pytest.mark.parametrize("typed", ["morning", "8-", "25-26", "13-8", "8-12, 11-13", "8:99-9"])
def test_hours_that_are_none_are_told_and_kept(app, typed):
    presenter = make_presenter()
    answer = browser_of(app, presenter).post(f"/people/{presenter.id}/hours", data={"day_2": typed})

    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert queries.hours_of([presenter.id]) == {presenter.id: ()}


def test_days_away_are_added_and_removed(app):
    presenter = make_presenter()
    me = browser_of(app, presenter)
    path = f"/people/{presenter.id}"
    typed = f"{TOMORROW.day}.{TOMORROW.month}.{TOMORROW.year}."

    assert me.post(path, data={"first_day": typed, "last_day": typed, "available": "no"}).status_code == 302
    db.session.rollback()
    (row,) = queries.exceptions_of([presenter.id], TOMORROW)[presenter.id]
    assert (row.first_day, row.available) == (TOMORROW, False)
    assert f"/people/{presenter.id}/exceptions/{row.id}/remove" in me.get(path).text
    assert me.post(f"{path}/exceptions/{row.id}/remove").status_code == 302
    assert me.post(path, data={"first_day": "2026-02-30", "last_day": typed}).status_code == 422


def test_skills_are_changed(app):
    presenter = make_presenter()
    me = browser_of(app, presenter)
    data = {"home": presenter.home_id, "topics": ["privacy"], "languages": ["hu"]}

    assert me.post(f"/people/{presenter.id}/skills", data=data).location == f"/people/{presenter.id}"
    assert me.post(f"/people/{presenter.id}/skills", data={"home": presenter.home_id}).status_code == 422
    db.session.rollback()
    assert queries.presenters_by_id([presenter.id])[presenter.id].languages == ("hu",)


@pytest.mark.parametrize("tail", ["", "/skills", "/hours"])
def test_another_presenters_page_does_not_exist_for_a_presenter_nor_for_another_centre(app, tail):
    presenter = make_presenter()

    assert browser_of(app, make_presenter()).get(f"/people/{presenter.id}{tail}").status_code == 404
    assert browser_of(app, make_user(Role.COORDINATOR)).get(f"/people/{presenter.id}{tail}").status_code == 404


def test_a_minors_birth_date_and_address_stand_on_no_page(app, centre_id, coordinator):
    minor = make_presenter(
        PresenterKind.INFLUENCER, birth_date=dt.date(2010, 3, 17), email="tara@home.example", centre_id=centre_id
    )

    page = coordinator.get(f"/people/{minor.id}").text + coordinator.get("/people").text

    assert "17" not in [part.strip() for part in page.split(".")]
    assert "2010" not in page
    assert "tara@home.example" not in page


def test_a_coordinator_suspends_a_presenter_and_reads_who_restores_her(app, centre_id, coordinator, session):
    presenter = make_presenter(centre_id=centre_id)
    page = f"/people/{presenter.id}?lang=en"
    assert f'action="/people/users/{presenter.user_id}/suspend"' in coordinator.get(page).text

    assert coordinator.post(f"/people/users/{presenter.user_id}/suspend").location == "/people"

    session.expire_all()
    assert session.get(Presenter, presenter.id).suspended_at == MONDAY
    shown = coordinator.get(page).text
    assert "A safeguarding officer or an administrator restores who was suspended." in shown
    assert "/restore" not in shown
    assert coordinator.post(f"/people/users/{presenter.user_id}/restore").status_code == 403
    officer = browser_of(app, make_user(Role.SAFEGUARDING, centre_id=centre_id))
    assert f'action="/people/users/{presenter.user_id}/restore"' in officer.get(page).text


def test_a_colleague_who_presents_too_is_not_suspended_by_a_coordinator(app, centre_id, coordinator, session):
    presenter = make_presenter(centre_id=centre_id)
    with transaction() as writing:
        writing.add(UserRole(user_id=presenter.user_id, role=Role.ADMINISTRATOR))

    assert "/suspend" not in coordinator.get(f"/people/{presenter.id}").text
    assert coordinator.post(f"/people/users/{presenter.user_id}/suspend").status_code == 403
    session.expire_all()
    assert session.get(Presenter, presenter.id).suspended_at is None
