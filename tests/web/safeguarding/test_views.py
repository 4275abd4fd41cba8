import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.people.terms import PresenterKind
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


def a_minor(centre_id: int):
    born = TODAY.replace(year=TODAY.year - 16, day=1)
    return make_presenter(
        PresenterKind.INFLUENCER, birth_date=born, email="tara@home.example", given_name="Tara", centre_id=centre_id
    )


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


def test_a_consent_is_recorded_with_only_what_was_ticked_and_then_withdrawn(officer, centre_id):
    minor = a_minor(centre_id)
    path = f"/safeguarding/{minor.id}/consent"
    assert "checked" not in officer.get(path).text, "purposes are off until ticked"
    data = {
        "guardian_name": "Vesna Ilić",
        "guardian_email": "vesna@family.example",
        "given_on": typed(-1),
        "valid_until": typed(300),
        "takes_part": "y",
    }

    assert officer.post(path, data=data | {"guardian_email": "Tara+mama@home.example"}).status_code == 422
    assert officer.post(path, data=data).location == f"/safeguarding/{minor.id}"

    consent = db.session.scalars(select(GuardianConsent)).one()
    assert (consent.takes_part, consent.travels, consent.photo, consent.name_on_the_web) == (True, False, False, False)
    assert f"/safeguarding/consents/{consent.id}/withdraw" in officer.get(f"/safeguarding/{minor.id}").text
    assert officer.post(f"/safeguarding/consents/{consent.id}/withdraw").status_code == 302
    db.session.rollback()
    assert db.session.scalars(select(GuardianConsent.withdrawn_at)).one() is not None


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


@pytest.mark.parametrize(("typed_phone", "stored"), [("064 123-4567", "+381641234567"), ("", ""), ("none", None)])
def test_a_consent_may_name_the_guardians_phone_number(officer, centre_id, typed_phone, stored):
    minor = a_minor(centre_id)
    data = {
        "guardian_name": "Vesna Ilić",
        "guardian_email": "vesna@family.example",
        "guardian_phone": typed_phone,
        "given_on": typed(-1),
        "valid_until": typed(200),
        "takes_part": "y",
    }

    answer = officer.post(f"/safeguarding/{minor.id}/consent", data=data)

    assert answer.status_code == (422 if stored is None else 302)
    assert db.session.scalars(select(GuardianConsent.guardian_phone)).all() == ([] if stored is None else [stored])
