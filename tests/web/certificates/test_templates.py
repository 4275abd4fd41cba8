"""The pages on which a centre says how its certificates look; each shows a paper before anything is stored."""

import io
import re
from base64 import b64decode

import pytest
import sqlalchemy as sa
from PIL import Image

from scheduler.certificates.models import CertificatePicture, CertificateTemplate
from scheduler.certificates.queries import templates
from scheduler.core.db import db
from scheduler.core.scans import MOST_SCAN_BYTES
from tests.factories.programmes import make_programme
from tests.pictures import a_drawn_logo, a_logo, a_signature, saved
from tests.web.reading import rows_of

LOOK = "/settings/certificates"
WORDS = "/settings/certificates/0/words/school"
LOGO = "/settings/certificates/0/picture/logo"
SAID = {"shape": "down", "colour": "#7a143c", "accent": "#e6a028", "file_number": "04-{broj}", "name_1": "Марина Ковач"}


def a_picture(content: bytes = a_logo(), name: str = "znak.png", **more: str) -> dict[str, object]:
    return {"photo": (io.BytesIO(content), name)} | more


def versions() -> list[int]:
    return rows_of(CertificateTemplate.version)


def test_a_look_is_shown_on_paper_first_and_then_saved(desk):
    shown = desk.post(LOOK, data=SAID | {"act": "look", "paper_language": "en", "version": "0"})

    assert (shown.mimetype, shown.data[:5]) == ("application/pdf", b"%PDF-")
    assert versions() == []

    assert desk.post(LOOK, data=SAID | {"version": "0"}).status_code == 302
    assert versions() == [1]
    page = desk.get(LOOK + "?lang=en").text
    assert 'value="04-{broj}"' in page
    assert "Signature of the first" in page
    assert "Template of certificates changed" in page
    again = desk.post(LOOK, data=SAID | {"version": "0", "colour": "#003366"})
    assert again.status_code == 422
    assert versions() == [1]


@pytest.mark.parametrize("act", ["", "look"])
def test_an_unknown_placeholder_is_named_with_those_that_exist_and_nothing_typed_is_lost(desk, act):
    said = {"title_sr_cyrl": "Захвалница", "text_sr_cyrl": "за {месец} рада", "text_en": "thanks", "act": act}

    page = desk.post(WORDS + "?lang=en", data=said)

    assert page.status_code == 422
    assert "There is no {месец}. Placeholders that exist: {programme}, {school}" in page.text
    for typed in ("Захвалница", "за {месец} рада", "thanks"):
        assert typed in page.text
    assert versions() == []


def test_words_are_shown_and_saved(desk, programme):
    said = {"title_sr_cyrl": "Захвалница", "text_sr_cyrl": "за {програм}.", "version": "0"}

    assert desk.post(WORDS, data=said | {"act": "look"}).data[:5] == b"%PDF-"
    assert desk.post(WORDS, data=said).status_code == 302

    assert templates.template_of(programme.centre_id).wordings["school"]["sr_Cyrl"].title == "Захвалница"
    assert "за {програм}." in desk.get(WORDS).text


def test_what_is_printed_where_nothing_is_typed_stands_at_its_field(desk):
    page = desk.get("/settings/certificates/0/words/teacher?lang=en").text

    for language, usual in (
        ("sr-Cyrl", "УВЕРЕЊЕ"),
        ("sr-Cyrl", "за присуство презентацији „{програм}“."),
        ("sr-Latn", "za prisustvo prezentaciji „{program}“."),
        ("en", "for attending the presentation “{programme}”."),
    ):
        assert f'Usually: <span lang="{language}">{usual}</span>'.lower() in page.lower()


def test_a_logo_is_shown_saved_and_taken_away(desk, programme):
    assert desk.post(LOGO, data=a_picture(act="look")).data[:5] == b"%PDF-"
    assert rows_of(CertificatePicture) == []
    assert desk.post(LOGO, data=a_picture()).status_code == 302
    assert list(templates.template_of(programme.centre_id).pictures) == ["logo"]
    preview = desk.get("/settings/certificates/0/preview.pdf?paper_kind=school&paper_language=sr_Latn")
    assert preview.data[:5] == b"%PDF-"
    assert desk.post(f"{LOGO}/remove").status_code == 302
    assert templates.template_of(programme.centre_id).pictures == {}


def test_a_logo_may_be_drawn_of_lines_and_areas(desk):
    assert desk.post(LOGO, data=a_picture(a_drawn_logo(), "znak.svg")).status_code == 302

    stored = db.session.execute(sa.select(CertificatePicture.content, CertificatePicture.width)).one()
    assert (stored.content[:4], stored.width) == (b"\x89PNG", 900)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a" + bytes(99), "none of them, whatever its name says"),
        (b"<svg><script>alert(1)</script></svg>", "Save the SVG without scripts"),
        (a_drawn_logo('<image href="https://example.org/a.png"/>'), "refers to another file"),
        (a_drawn_logo("<text>C</text>"), "Turn the letters of the SVG into outlines"),
        (a_drawn_logo("<g/>" * 10_001), "too large or too involved"),
        (a_drawn_logo(sides='viewBox="0 0 1 60000"'), "one of its sides has fewer than 40 pixels"),
        (saved(Image.new("L", (1, 60_000))), "one of its sides has fewer than 40 pixels"),
        (a_logo()[:500], "it is not whole"),
        (b"", "Choose the picture."),
    ],
)
def test_trust_s23_a_file_that_is_no_picture_is_refused_in_words(desk, content, words):
    page = desk.post(LOGO + "?lang=en", data=a_picture(content))

    assert page.status_code == 422
    assert words in page.text
    assert rows_of(CertificatePicture) == []


def test_a_hundred_megabytes_are_refused_before_they_are_read(desk):
    page = desk.post(LOGO + "?lang=en", data=a_picture(bytes(MOST_SCAN_BYTES + 300_000)))

    assert page.status_code == 413
    assert "A picture may have 5 MB" in page.text


def test_the_paper_is_drawn_beside_the_form_as_it_is_saved_and_as_it_is_typed(desk):
    page = desk.get(LOOK + "?lang=en").text
    stored = re.search(r'<img src="(/settings/certificates/0/preview.png[^"]*)"', page)[1].replace("&amp;", "&")
    assert "As it is saved." in page
    as_saved = desk.get(stored)
    assert (as_saved.mimetype, as_saved.headers["Cache-Control"]) == ("image/png", "private, no-store")

    typed = desk.post(LOOK + "?lang=en", data=SAID | {"act": "picture", "paper_language": "en", "version": "0"})

    assert typed.status_code == 200
    picture = Image.open(io.BytesIO(b64decode(re.search(r'src="data:image/png;base64,([^"]+)"', typed.text)[1])))
    across = Image.open(io.BytesIO(as_saved.data))
    assert (picture.width < picture.height, across.width > across.height) == (True, True)  # "down" was typed
    assert 'value="04-{broj}"' in typed.text
    assert versions() == []


@pytest.mark.parametrize("page", [WORDS, LOGO])
def test_words_and_pictures_are_drawn_beside_their_forms_too(desk, page):
    said = {"text_en": "for {school}"} if page is WORDS else a_picture()

    typed = desk.post(page + "?lang=en", data=said | {"act": "picture"})

    assert (typed.status_code, 'src="data:image/png;base64,' in typed.text) == (200, True)
    assert versions() == []


def test_what_is_wrong_is_said_where_the_paper_would_be(desk):
    typed = desk.post(WORDS + "?lang=en", data={"text_en": "for {month}", "act": "picture"})

    assert typed.status_code == 200
    assert "Not drawn yet: There is no {month}." in typed.text
    assert 'src="/settings/certificates/0/preview.png' in typed.text


def test_a_picture_that_is_printed_is_shown_on_its_page(desk):
    desk.post(LOOK, data=SAID | {"version": "0"})
    for place, drawn in (("logo", a_logo()), ("first", a_signature())):
        page = f"/settings/certificates/0/picture/{place}"
        assert desk.get(f"{page}/stored").status_code == 404
        desk.post(page, data=a_picture(drawn))

        assert f'src="{page}/stored"' in desk.get(page).text
        shown = desk.get(f"{page}/stored")
        assert (shown.mimetype, shown.data[1:4], shown.headers["Cache-Control"]) == (
            "image/png", b"PNG", "private, no-store",
        )  # fmt: skip


def test_a_programme_goes_back_to_the_template_of_its_centre(desk, programme):
    page = f"/settings/certificates/{programme.id}"
    assert "Go back to the centre" not in desk.get(page + "?lang=en").text
    desk.post(page, data=SAID | {"version": "0"})
    assert "Go back to the centre" in desk.get(page + "?lang=en").text

    assert desk.post(f"{page}/follow").status_code == 302

    again = desk.get(page + "?lang=en").text
    assert "Its papers look as the centre's." in again
    assert "Go back to the centre" not in again
    assert "has its own" not in desk.get(LOOK + "?lang=en").text


def test_a_programme_of_another_centre_has_no_template_here(desk, programme):
    others = make_programme()

    assert desk.get(f"/settings/certificates/{programme.id}").status_code == 200
    for page in ("", "/words/school", "/picture/logo", "/picture/logo/stored", "/preview.pdf", "/preview.png"):
        assert desk.get(f"/settings/certificates/{others.id}{page}").status_code == 404
    assert desk.post(f"/settings/certificates/{others.id}/follow").status_code == 404
