"""The pages on which a centre says how its certificates look; each shows a paper before anything is stored."""

import io

import pytest
import sqlalchemy as sa

from scheduler.certificates.models import CertificatePicture, CertificateTemplate
from scheduler.certificates.queries import templates
from scheduler.core.db import db
from scheduler.core.scans import MOST_SCAN_BYTES
from scheduler.policy import Role
from tests.factories.people import make_centre, make_user
from tests.factories.programmes import make_programme
from tests.pictures import a_logo
from tests.web.browser import sign_in_as

LOOK = "/settings/certificates"
WORDS = "/settings/certificates/0/words/school"
LOGO = "/settings/certificates/0/picture/logo"
SAID = {"shape": "down", "colour": "#7a143c", "accent": "#e6a028", "file_number": "04-{broj}", "name_1": "Марина Ковач"}


@pytest.fixture
def desk(client, session):
    user = make_user(Role.COORDINATOR)
    sign_in_as(client, user.id)
    return user


def versions():
    db.session.rollback()
    return db.session.scalars(sa.select(CertificateTemplate.version).order_by(CertificateTemplate.id)).all()


def test_a_look_is_shown_on_paper_first_and_then_saved(client, desk):
    shown = client.post(LOOK, data=SAID | {"act": "look", "paper_language": "en", "version": "0"})

    assert (shown.mimetype, shown.data[:5]) == ("application/pdf", b"%PDF-")
    assert versions() == []

    assert client.post(LOOK, data=SAID | {"version": "0"}).status_code == 302
    assert versions() == [1]
    page = client.get(LOOK + "?lang=en").text
    assert 'value="04-{broj}"' in page
    assert "Signature of the first" in page
    assert "Template of certificates changed" in page
    again = client.post(LOOK, data=SAID | {"version": "0", "colour": "#003366"})
    assert again.status_code == 422
    assert versions() == [1]


@pytest.mark.parametrize("act", ["", "look"])
def test_an_unknown_placeholder_is_named_with_those_that_exist_and_nothing_typed_is_lost(client, desk, act):
    said = {"title_sr_cyrl": "Захвалница", "text_sr_cyrl": "за {месец} рада", "text_en": "thanks", "act": act}

    page = client.post(WORDS + "?lang=en", data=said)

    assert page.status_code == 422
    assert "There is no {месец}. Placeholders that exist: {programme}, {school}" in page.text
    for typed in ("Захвалница", "за {месец} рада", "thanks"):
        assert typed in page.text
    assert versions() == []


def test_words_are_shown_and_saved(client, desk):
    said = {"title_sr_cyrl": "Захвалница", "text_sr_cyrl": "за {програм}.", "version": "0"}

    assert client.post(WORDS, data=said | {"act": "look"}).data[:5] == b"%PDF-"
    assert client.post(WORDS, data=said).status_code == 302

    assert templates.template_of(desk.centre_id).wordings["school"]["sr_Cyrl"].title == "Захвалница"
    assert "за {програм}." in client.get(WORDS).text


def test_what_is_printed_where_nothing_is_typed_stands_at_its_field(client, desk):
    page = client.get("/settings/certificates/0/words/teacher?lang=en").text

    for language, usual in (
        ("sr-Cyrl", "УВЕРЕЊЕ"),
        ("sr-Cyrl", "за присуство презентацији „{програм}“."),
        ("sr-Latn", "za prisustvo prezentaciji „{program}“."),
        ("en", "for being present at the presentation “{programme}”."),
    ):
        assert f'Usually: <span lang="{language}">{usual}</span>'.lower() in page.lower()


def test_a_logo_is_shown_saved_and_taken_away(client, desk):
    def sent(**more):
        return {"photo": (io.BytesIO(a_logo()), "znak.png")} | more

    assert client.post(LOGO, data=sent(act="look")).data[:5] == b"%PDF-"
    assert db.session.scalars(sa.select(CertificatePicture.id)).all() == []
    assert client.post(LOGO, data=sent()).status_code == 302
    assert list(templates.template_of(desk.centre_id).pictures) == ["logo"]
    assert client.get("/settings/certificates/0/preview.pdf?kind=school&paper_language=sr_Latn").data[:5] == b"%PDF-"
    assert client.post(f"{LOGO}/remove").status_code == 302
    assert templates.template_of(desk.centre_id).pictures == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg><script>alert(1)</script></svg>", "neither, whatever its name says"),
        (a_logo()[:500], "it is not whole"),
        (b"", "Choose the picture."),
    ],
)
def test_trust_s23_a_file_that_is_no_picture_is_refused_in_words(client, desk, content, words):
    page = client.post(LOGO + "?lang=en", data={"photo": (io.BytesIO(content), "logo.png")})

    assert page.status_code == 422
    assert words in page.text
    assert db.session.scalars(sa.select(CertificatePicture.id)).all() == []


def test_a_hundred_megabytes_are_refused_before_they_are_read(client, desk):
    page = client.post(LOGO + "?lang=en", data={"photo": (io.BytesIO(bytes(MOST_SCAN_BYTES + 300_000)), "logo.png")})

    assert page.status_code == 413
    assert "A picture may have 5 MB" in page.text


def test_a_programme_of_another_centre_has_no_template_here(client, desk):
    own, others = make_programme(centre_id=desk.centre_id), make_programme(centre_id=make_centre().id)

    assert client.get(f"/settings/certificates/{own.id}").status_code == 200
    for page in ("", "/words/school", "/picture/logo", "/preview.pdf"):
        assert client.get(f"/settings/certificates/{others.id}{page}").status_code == 404


def test_who_issues_none_sees_no_template(client, session):
    sign_in_as(client, make_user(Role.EDUCATOR).id)

    for page in (LOOK, WORDS, LOGO):
        assert client.get(page).status_code == 403
