import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.policy import Role
from scheduler.safeguarding.models import GuardianConsent, Vetting
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_presenter, make_user
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_vetting
from tests.web.browser import browser_of

TODAY = MONDAY.date()


def typed(days: int) -> str:
    day = TODAY + dt.timedelta(days=days)
    return f"{day.day}.{day.month}.{day.year}."


@pytest.fixture
def centre_id(app) -> int:
    return make_centre().id


@pytest.fixture
def officer(app, centre_id):
    return browser_of(app, make_user(Role.SAFEGUARDING, centre_id=centre_id))


def test_the_list_puts_first_what_waits(officer, centre_id):
    fine = a_cleared_educator(given_name="Ana", centre_id=centre_id)
    ending = make_presenter(given_name="Zora", centre_id=centre_id)
    make_vetting(ending.id, valid_until=TODAY + dt.timedelta(days=18))
    make_presenter(given_name="Tuđa")

    page = officer.get("/safeguarding?lang=en").text

    assert page.index(f"/safeguarding/{ending.id}") < page.index(f"/safeguarding/{fine.id}")
    assert "Ends in 18 days" in page
    assert "Tuđa" not in page


def test_the_list_asks_the_database_equally_often_for_one_and_for_three(officer, centre_id):
    counts = []
    for _ in range(2):
        a_cleared_minor(centre_id=centre_id)
        with statements() as asked:
            assert officer.get("/safeguarding").status_code == 200
        counts.append(len(asked))
        a_cleared_minor(centre_id=centre_id)

    assert counts[0] == counts[1]


def test_a_check_is_recorded(officer, centre_id):
    presenter = make_presenter(centre_id=centre_id)
    path = f"/safeguarding/{presenter.id}/vetting"
    assert officer.get(path).status_code == 200

    answer = officer.post(path, data={"result": "cleared", "checked_on": typed(-1), "valid_until": typed(365)})

    assert answer.location == f"/safeguarding/{presenter.id}"
    assert db.session.scalars(select(Vetting.valid_until)).one() == TODAY + dt.timedelta(days=365)
    assert "field__error" not in officer.get(answer.location).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"result": ""},
        {"checked_on": typed(1)},
        {"valid_until": typed(-2)},
        {"valid_until": "soon"},
        {"valid_until": typed(9999)},
    ],
)
def test_a_wrong_check_is_told_and_nothing_is_stored(officer, centre_id, wrong):
    presenter = make_presenter(centre_id=centre_id)
    data = {"result": "cleared", "checked_on": typed(-1), "valid_until": typed(365)} | wrong

    answer = officer.post(f"/safeguarding/{presenter.id}/vetting", data=data)

    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert db.session.scalars(select(Vetting)).all() == []


def test_a_presenter_reads_her_own_proofs_and_records_none(app):
    presenter = a_cleared_educator()
    me = browser_of(app, presenter)

    page = me.get(f"/safeguarding/{presenter.id}")
    assert page.status_code == 200
    assert "vetting" not in page.text
    assert me.get(f"/safeguarding/{a_cleared_educator().id}").status_code == 404
    assert me.get(f"/safeguarding/{presenter.id}/vetting").status_code == 403


def test_a_minor_withdraws_her_own_consent(app):
    minor = a_cleared_minor()
    me = browser_of(app, minor)
    consent = db.session.scalars(select(GuardianConsent)).one()

    assert me.post(f"/safeguarding/consents/{consent.id}/withdraw").status_code == 302


def test_presenters_of_another_centre_do_not_exist(officer):
    presenter = make_presenter()

    for tail in ("", "/vetting", "/consent"):
        assert officer.get(f"/safeguarding/{presenter.id}{tail}").status_code == 404
