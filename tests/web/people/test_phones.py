"""Phone numbers on forms: whose they are, who may type them, and what a wrong one stores."""

import pytest

from scheduler.core.db import db
from scheduler.people.models import Presenter, User
from tests.factories.people import make_presenter
from tests.factories.places import make_municipality
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of


@pytest.fixture
def presenter(app):
    return make_presenter()


@pytest.fixture
def hers(app, presenter):
    return browser_of(app, presenter)


@pytest.fixture
def coordinator(app, presenter):
    return staff_of(app, presenter)


def test_a_presenter_types_her_number_on_her_account_and_reads_it_there(hers, presenter):
    assert hers.post("/account", data={"language": "en", "phone": "064/123 45 67"}).status_code == 302

    assert presenter.phone == "+381641234567"
    assert 'value="+381641234567"' in hers.get("/account").text


def test_a_wrong_number_stores_nothing_and_is_told_at_its_field(hers, presenter):
    answer = hers.post("/account?lang=en", data={"language": "sr_Latn", "phone": "call me"})

    assert answer.status_code == 422
    assert "Enter a phone number" in answer.text
    assert (presenter.phone, db.session.get_one(User, presenter.user_id).language) == ("", "sr_Cyrl")


def test_staff_who_do_not_present_are_asked_for_no_number(coordinator):
    assert 'name="phone"' not in coordinator.get("/account").text
    assert coordinator.post("/account", data={"language": "en", "phone": "nonsense"}).status_code == 302


def test_a_coordinator_changes_it_with_the_skills(coordinator, presenter):
    path = f"/people/{presenter.id}/skills"
    fair = {"home": presenter.home_id, "topics": ["privacy"], "languages": ["sr"]}

    assert coordinator.post(path, data=fair | {"phone": "+4915123456789"}).status_code == 302
    assert presenter.phone == "+4915123456789"
    assert 'value="+4915123456789"' in coordinator.get(path).text
    assert coordinator.post(path, data=fair | {"phone": "64"}).status_code == 422
    assert presenter.phone == "+4915123456789"


def test_a_presenter_is_added_with_a_number(coordinator, presenter):
    data = {
        "given_name": "Tara", "family_name": "Jović", "email": "tara@home.example", "kind": "educator",
        "topics": ["privacy"], "languages": ["sr"], "home": make_municipality("Кула").id, "phone": "018 555 123",
    }  # fmt: skip

    assert coordinator.post("/people/new", data=data | {"phone": "1"}).status_code == 422
    assert coordinator.post("/people/new", data=data).status_code == 302

    assert rows_of(Presenter.phone)[-1] == "+38118555123"


def test_nobody_else_reads_or_changes_it(app, presenter, hers):
    hers.post("/account", data={"language": "en", "phone": "0641234567"})
    colleague = browser_of(app, make_presenter(centre_id=presenter.centre_id))

    for path in (f"/people/{presenter.id}", f"/people/{presenter.id}/skills"):
        assert "641234567" not in colleague.get(path).text
    assert colleague.post(f"/people/{presenter.id}/skills", data={"phone": ""}).status_code in (403, 404)
    assert presenter.phone == "+381641234567"
