"""What people write of themselves: a name in two scripts, a phone number."""

import pytest

from scheduler.core.audit import MINOR_READ, AuditEntry
from scheduler.core.db import db
from scheduler.people.models import Presenter, User
from scheduler.readiness.queries.told_notes import told_values
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.lists import visits_where
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_presenter, make_user
from tests.factories.places import make_municipality
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment
from tests.papers import saved, words_of
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of
from tests.web.requests.schools import School

# --- a name in two scripts ---


BOTH = {"other_given_name": "Katalin", "other_family_name": "Szabó"}
LETTERS = {"sr_Cyrl": "Каталин Сабо", "sr_Latn": "Katalin Szabó", "en": "Katalin Szabó"}


@pytest.fixture
def presenter(app):
    return make_presenter(centre_id=make_centre().id, given_name="Каталин", family_name="Сабо")


@pytest.fixture
def hers(app, presenter):
    return browser_of(app, presenter)


def test_she_reads_what_is_made_of_her_name_and_writes_it_herself(hers):
    before = hers.get("/account?lang=sr_Latn").text
    assert "Katalin Sabo (nastalo od ćiriličnog)" in before
    assert hers.post("/account", data={"language": "sr_Latn"} | BOTH).status_code == 302

    after = hers.get("/account?lang=sr_Latn").text

    assert "Katalin Szabó" in after
    assert "Katalin Sabo" not in after
    assert "Каталин Сабо" in after  # as she wrote it first
    assert 'value="Szabó"' in after


def test_half_a_name_is_told_at_its_field_and_what_was_typed_stays(hers):
    answer = hers.post("/account?lang=en", data={"language": "en", "other_given_name": "Katalin", "phone": ""})

    assert answer.status_code == 422
    assert 'value="Katalin"' in answer.text
    assert "other_family_name-error" in answer.text


def test_a_latin_name_is_offered_cyrillic_letters_and_is_never_turned(app):
    hers = browser_of(app, make_user(given_name="Njegoš", family_name="Konjević"))

    shown = hers.get("/account?lang=sr_Cyrl").text

    assert "Ваше име ћирилицом" in shown
    assert "Njegoš Konjević" in shown
    assert "Његош" not in shown


@pytest.fixture
def school(app) -> School:
    """She goes to its visit."""
    school = School()
    person = a_cleared_educator(centre_id=school.centre_id, given_name="Каталин", family_name="Сабо", **BOTH)
    make_assignment(school.presentation, person.id)
    return school


@pytest.mark.parametrize(("language", "name"), LETTERS.items())
def test_a_school_reads_names_in_its_letters_on_its_page_and_its_paper(client, school, tmp_path, language, name):
    shown = client.get(school.at(language=language)).text
    paper = words_of(saved(client.get(school.at("/request.pdf", language)).data, tmp_path))

    assert name in shown
    assert name in paper
    assert ("Katalin" in shown + paper) is (language != "sr_Cyrl")


@pytest.mark.parametrize(("language", "name"), LETTERS.items())
def test_a_text_for_viber_and_staffs_pages_say_it_in_the_readers_letters(app, school, language, name):
    desk = staff_of(app, school)

    assert [one.other for one in told_values(visits_where(Visit.id == school.visit.id)[0], language, MONDAY)["who"]]
    for page in (f"/visits/{school.visit.number}", f"/visits/{school.visit.number}/text?of=confirmation", "/people"):
        answer = desk.get(f"{page}{'&' if '?' in page else '?'}lang={language}")
        assert answer.status_code == 200, page
        assert name in answer.text, page


def test_staff_reads_on_her_page_which_spelling_is_derived(app, presenter):
    page = staff_of(app, presenter).get(f"/people/{presenter.id}?lang=en").text

    assert "Katalin Sabo (made from the Cyrillic letters)" in page


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn"])
def test_trust_s34_a_minor_who_is_named_in_either_spelling_is_a_read(app, language):
    minor = a_cleared_minor(given_name="Каталин", family_name="Сабо", **BOTH)

    assert LETTERS[language] in staff_of(app, minor).get(f"/people?lang={language}").text

    assert MINOR_READ in rows_of(AuditEntry.action)


# --- phone numbers: whose they are, who may type them ---


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
        "language": "sr_Latn",
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
