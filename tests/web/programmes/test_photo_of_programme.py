"""The photograph of a programme: given by an administrator, drawn anew, seen by everybody, taken away."""

import datetime as dt
import io

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.scans import MOST_SCAN_BYTES, WIDE
from scheduler.policy import Role
from scheduler.programmes.models import ProgrammePhoto
from tests.factories.people import make_user
from tests.web.browser import browser_of
from tests.web.reading import rows_of


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (1200, 900)) -> bytes:
    drawn = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Qtelefon"
    Image.new("RGB", size, "teal").save(drawn, format=kind, exif=exif)
    return drawn.getvalue()


def give(browser, programme, content: bytes, **more):
    data = {"photo": (io.BytesIO(content), "class.jpg"), "agreed": "y"} | more
    path = f"/settings/programmes/{programme.id}/photo?lang=en"
    return browser.post(path, data=data, content_type="multipart/form-data")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_everybody_sees_what_was_given_wide_and_without_what_a_telephone_wrote(client, chief, programme, kind):
    page = f"/programmes/{programme.slug}"
    assert f"{page}/photo" not in client.get(page).text
    for _time in range(2):
        assert give(chief, programme, a_picture(kind)).location == f"/settings/programmes/{programme.id}"

    answer = client.get(f"{page}/photo")

    assert f'src="{page}/photo"' in client.get(page).text
    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "max-age=3600" in answer.headers["Cache-Control"]
    with Image.open(io.BytesIO(answer.data)) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", WIDE, {})
    assert b"Qtelefon" not in answer.data
    assert len(rows_of(ProgrammePhoto)) == 1


def test_it_is_taken_away_and_both_acts_are_in_the_history(client, chief, programme):
    give(chief, programme, a_picture())
    for _press in range(2):
        assert chief.post(f"/settings/programmes/{programme.id}/photo/remove").status_code == 302

    assert client.get(f"/programmes/{programme.slug}/photo").status_code == 404
    assert rows_of(ProgrammePhoto) == []
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.thing == "programme").order_by(AuditEntry.id))
    assert [one for one in acts if one.startswith("photo")] == ["photo given", "photo taken away"]
    shown = chief.get(f"/settings/programmes/{programme.id}?lang=en").text
    assert "Photograph given" in shown
    assert "Photograph taken away" in shown


@pytest.mark.parametrize(
    ("content", "more", "told"),
    [
        (a_picture(), {"agreed": ""}, "Tick that no child can be recognised, or give no photograph."),
        (b"", {}, "photo-error"),
        (b"%PDF-1.4 /Page %%EOF", {}, "photo-error"),
        (b"GIF89a" + bytes(400), {}, "photo-error"),
        (a_picture(size=(150, 150)), {}, "photo-error"),
        (a_picture()[:900], {}, "photo-error"),
        (bytes(MOST_SCAN_BYTES + 1), {}, "photo-error"),
    ],
)
def test_what_is_no_photograph_is_told_at_its_field_and_nothing_is_stored(chief, programme, content, more, told):
    answer = give(chief, programme, content, **more)

    assert answer.status_code == 422
    assert told in answer.text
    assert rows_of(ProgrammePhoto) == []


def test_only_an_administrator_of_the_centre_gives_or_takes_one(app, desk, programme):
    for browser in (desk, browser_of(app, make_user(Role.ADMINISTRATOR))):
        assert give(browser, programme, a_picture()).status_code in (403, 404)
        assert browser.post(f"/settings/programmes/{programme.id}/photo/remove").status_code in (403, 404)

    assert rows_of(ProgrammePhoto) == []


@pytest.mark.both_databases
def test_the_database_holds_one_for_a_programme_and_never_an_empty_one(app, programme):
    def keep(picture: bytes) -> None:
        with transaction() as session:
            session.add(ProgrammePhoto(programme_id=programme.id, picture=picture, agreed_on=dt.date(2026, 9, 14)))

    with pytest.raises(IntegrityError):
        keep(b"")
    keep(b"jpeg")
    with pytest.raises(IntegrityError):
        keep(b"jpeg")
