"""The photograph on the card that a school sees: an adult's, with her consent, drawn anew and small."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import db, transaction
from scheduler.core.scans import FACE_SIDE
from scheduler.people.models import PresenterNote, PresenterPhoto
from scheduler.people.terms import PresenterKind
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.staffing import a_confirmed_visit, an_offered_visit
from tests.web.browser import browser_of
from tests.web.reading import a_link, rows_of


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (900, 1200)) -> bytes:
    drawn = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Qtelefon"
    Image.new("RGB", size, "teal").save(drawn, format=kind, exif=exif)
    return drawn.getvalue()


def give(browser, content: bytes, **more):
    data = {"photo": (io.BytesIO(content), "me.jpg"), "agreed": "y"} | more
    return browser.post("/account/photo", data=data, content_type="multipart/form-data")


@pytest.fixture
def programme(app):
    return make_programme(influencers=1)


@pytest.fixture
def ana(programme):
    return a_cleared_educator(centre_id=programme.centre_id, given_name="Ana", family_name="Marić")


@pytest.fixture
def me(app, ana):
    """Ana's browser."""
    return browser_of(app, ana)


def page_of(visit) -> str:
    return f"/status/{a_link(visit.school_request_id)}"


def test_it_is_drawn_anew_small_and_without_what_a_telephone_wrote(me, ana):
    assert give(me, a_picture()).location == "/account"

    answer = me.get(f"/people/{ana.id}/photo")

    assert answer.mimetype == "image/jpeg"
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(answer.data) < 30_000
    assert b"Qtelefon" not in answer.data
    with Image.open(io.BytesIO(answer.data)) as face:
        assert face.size == (FACE_SIDE, FACE_SIDE)
    assert f"/people/{ana.id}/photo" in me.get("/account").text


@pytest.mark.parametrize("content", [b"", b"no picture", b"%PDF-1.4 /Page %%EOF", a_picture(size=(90, 90))])
def test_what_is_no_picture_is_refused_beside_the_field(me, content):
    answer = give(me, content)

    assert (answer.status_code, "field__error" in answer.text) == (422, True)
    assert rows_of(PresenterPhoto) == []


def test_without_consent_none_is_kept(me):
    assert give(me, a_picture(), agreed="").status_code == 422
    assert rows_of(PresenterPhoto) == []


def test_of_a_minor_none_is_kept_by_whatever_way(app, programme):
    minor = a_cleared_minor(centre_id=programme.centre_id)
    hers = browser_of(app, minor)

    assert give(hers, a_picture()).status_code == 422
    assert "/account/photo" not in hers.get("/account").text
    for row in (
        PresenterPhoto(presenter_id=minor.id, picture=b"x", agreed_on=MONDAY.date()),
        PresenterNote(presenter_id=minor.id, said_on=MONDAY.date(), by="user:1", text="x"),
    ):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(row)
        db.session.rollback()


def test_the_school_sees_face_and_day_of_the_check_once_it_is_told_who_comes(client, programme, ana, me):
    minor = a_cleared_minor(centre_id=programme.centre_id, given_name="Тара")
    give(me, a_picture())
    path = page_of(a_confirmed_visit(ana, minor, programme=programme))

    page = client.get(f"{path}?lang=en").text

    assert f'src="{path}/photo/{ana.id}"' in page
    assert re.search(r"educator, checked on [^<]*2020", page)
    assert client.get(f"{path}/photo/{ana.id}").mimetype == "image/jpeg"
    assert client.get(f"{path}/photo/{minor.id}").status_code == 404


def test_of_a_grown_influencer_too_the_school_reads_the_day_of_the_check_and_of_a_minor_none(client, programme, ana):
    grown = a_cleared_educator(kind=PresenterKind.INFLUENCER, centre_id=programme.centre_id)
    minor = a_cleared_minor(centre_id=programme.centre_id, given_name="Тара")

    page = client.get(f"{page_of(a_confirmed_visit(ana, grown, minor, programme=programme))}?lang=en").text

    assert len(re.findall(r"young presenter, checked on [^<]*2020", page)) == 1


def test_no_other_school_sees_it_nor_this_one_before_it_is_told(app, client, programme, ana, me):
    give(me, a_picture())
    offered, other = an_offered_visit(ana, programme=programme), a_confirmed_visit(programme=programme)

    for visit in (offered, other):
        assert client.get(f"{page_of(visit)}/photo/{ana.id}").status_code == 404
    assert browser_of(app, make_user()).get(f"/people/{ana.id}/photo").status_code == 404


def test_taken_away_it_is_gone_for_every_school(client, programme, ana, me):
    give(me, a_picture())
    path = page_of(a_confirmed_visit(ana, programme=make_programme(centre_id=programme.centre_id)))
    assert client.get(f"{path}/photo/{ana.id}").status_code == 200

    assert me.post("/account/photo/remove").location == "/account"

    assert client.get(f"{path}/photo/{ana.id}").status_code == 404
    assert f"/photo/{ana.id}" not in client.get(path).text
