"""The address that calendars read, and the page where a presenter keeps her addresses."""

import datetime as dt
import logging
import re
from urllib.parse import unquote

import pytest
import zxingcpp
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.core.audit import AuditEntry
from scheduler.core.db import Base, transaction
from scheduler.feeds import service
from scheduler.feeds.models import FeedBody, FeedToken
from scheduler.people.models import Presenter
from scheduler.policy import Role
from scheduler.visits.terms.states import AssignmentState
from scheduler.web.drawings import qr_picture
from tests.calendar_readers import by_icalendar
from tests.factories import MONDAY
from tests.factories.calendar import make_entries
from tests.factories.feeds import make_entry_for, make_feed
from tests.factories.people import an_actor, make_presenter, make_user, presenter_actor
from tests.factories.posts import planned
from tests.factories.programmes import make_campaign
from tests.factories.safeguarding import a_cleared_educator
from tests.web.browser import browser_of, sign_in_as, staff_of
from tests.web.reading import rows_of

HOUR = dt.timedelta(hours=1)


# --- the address itself ---


def test_a_calendar_reads_its_feed(client: FlaskClient) -> None:
    presenter = a_cleared_educator()
    entry = make_entry_for(presenter)

    answer = client.get(f"/feeds/{make_feed(presenter)}.ics")

    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert [event["uid"] for event in by_icalendar(answer.data)] == [entry.uid]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert re.fullmatch('"[0-9a-f]{32}"', answer.headers["ETag"])
    assert answer.headers["Last-Modified"] == "Mon, 14 Sep 2026 09:00:00 GMT"


@pytest.mark.parametrize("query", ["", "?lang=en&theme=dark"])
def test_no_cookie_is_set_or_asked_for_and_no_language_counts(client: FlaskClient, query: str) -> None:
    presenter = a_cleared_educator()
    make_entry_for(presenter)
    address = f"/feeds/{make_feed(presenter, language='sr_Cyrl')}.ics"
    plain = client.get(address)

    client.set_cookie("language", "en")
    answer = client.get(address + query, headers={"Accept-Language": "en"})

    assert answer.data == plain.data
    assert "Разговор" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "Accept-Language" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize(("asks", "says"), [("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")])
def test_an_unchanged_feed_is_answered_with_304(client: FlaskClient, asks: str, says: str) -> None:
    presenter = a_cleared_educator()
    entry = make_entry_for(presenter)
    address = f"/feeds/{make_feed(presenter)}.ics"
    first = client.get(address)

    answer = client.get(address, headers={asks: first.headers[says]})

    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", first.headers["ETag"])
    with transaction() as writing:
        row = writing.get_one(type(entry), entry.id)
        row.sequence, row.edited_at = 1, MONDAY + HOUR
    make_entries(row)
    assert client.get(address, headers={asks: first.headers[says]}).status_code == 200


def test_an_old_tag_is_not_saved_by_a_young_moment(client: FlaskClient) -> None:
    address = f"/feeds/{make_feed(make_presenter())}.ics"
    headers = {"If-None-Match": '"old"', "If-Modified-Since": "Wed, 30 Dec 2099 00:00:00 GMT"}
    assert client.get(address, headers=headers).status_code == 200


@pytest.mark.parametrize("token", ["x" * 43, "x", "Ж" * 43, "%00", "x" * 3000, "..%2f..%2fetc"])
def test_an_unknown_token_finds_nothing(client: FlaskClient, token: str) -> None:
    answer = client.get(f"/feeds/{token}.ics")
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_revoked_renewed_and_suspended_find_nothing_at_once(client: FlaskClient) -> None:
    presenter = make_presenter()
    actor = presenter_actor(presenter)
    revoked, renewed, third = (service.make_feed(actor, name, "en", now=MONDAY) for name in ("a", "b", "c"))
    service.revoke_feed(actor, rows_of(FeedToken)[0].id, now=MONDAY)
    new = service.renew_feed(actor, presenter.id, "b", now=MONDAY)

    def statuses() -> list[int]:
        return [client.get(f"/feeds/{token}.ics").status_code for token in (revoked, renewed, new, third)]

    assert statuses() == [404, 404, 200, 200]
    with transaction() as writing:
        writing.get_one(Presenter, presenter.id).suspended_at = MONDAY
    assert statuses() == [404] * 4


def _counts(session: Session) -> dict[str, int]:
    session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table.name != FeedBody.__tablename__]
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_reading_changes_nothing_but_the_time_of_the_last_reading_and_what_is_kept_for_it(client, session, the_clock):
    presenter = a_cleared_educator()
    make_entry_for(presenter, AssignmentState.OFFERED)
    address = f"/feeds/{make_feed(presenter)}.ics"
    before = _counts(session)
    for minutes, noted in ((0, 0), (14, 0), (16, 16)):
        the_clock.stands_at(MONDAY + dt.timedelta(minutes=minutes))
        client.get(address)
        assert rows_of(FeedToken.last_read_at) == [MONDAY + dt.timedelta(minutes=noted)]

    assert _counts(session) == before
    assert rows_of(AuditEntry) == []


def test_trust_s27_a_token_is_never_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    presenter = make_presenter()
    token = service.make_feed(presenter_actor(presenter), "phone", "en", now=MONDAY)
    caplog.clear()

    client.get(f"/feeds/{token}.ics")
    client.get(f"/feeds/{token}x.ics")
    client.post(f"/feeds/{token}.ics")

    assert len(caplog.records) >= 3
    assert token[:12] not in repr([vars(record) for record in caplog.records])


def test_trust_s28_a_leaked_token_opens_nothing_else(client: FlaskClient) -> None:
    presenter = a_cleared_educator()
    entry = make_entry_for(presenter)
    token = make_feed(presenter)
    doors = {rule.rule for rule in client.application.url_map.iter_rules() if "GET" in (rule.methods or ())}
    opened = []

    for door in sorted(door for door in doors - {"/feeds/<token>.ics"} if "<" in door):
        answer = client.get(re.sub(r"<[^>]*>", token, door), headers={"Authorization": f"Bearer {token}"})
        if entry.uid in answer.text or "P-2026-0417" in answer.text:
            opened.append(door)

    assert opened == []
    for address in (f"/feeds/{token}", f"/feeds?token={token}", f"/status/{token}", f"/feeds/{token}.ics/renew"):
        assert client.get(address).status_code in (302, 404, 405)
    assert client.post("/feeds", data={"name": "mine", "token": token}).status_code in (302, 403, 404)
    assert len(rows_of(FeedToken)) == 1


# --- the page ---


@pytest.fixture
def educator(client: FlaskClient) -> Presenter:
    """Who has signed in."""
    presenter = make_presenter()
    sign_in_as(client, presenter.user_id)
    return presenter


def test_a_presenter_makes_an_address_and_sees_it_once_with_its_qr_code(client, educator):
    page = client.post("/feeds?lang=sr_Latn", data={"name": " telefon\u202e "})

    [row] = rows_of(FeedToken)
    assert (row.presenter_id, row.name, row.language) == (educator.id, "telefon", "sr_Latn")
    address = re.search(r'value="(http://localhost/feeds/([\w-]{43})\.ics)"', page.text)
    assert address is not None
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert f'href="webcal://localhost/feeds/{address[2]}.ics"' in page.text
    assert [name for name in ("Google", "iPhone", "Outlook", "Thunderbird") if name not in page.text] == []
    assert client.get(address[1]).status_code == 200
    assert address[2] not in client.get("/feeds").text

    address = "webcal://localhost/feeds/" + "aZ9_-" * 8 + "abc.ics"
    assert "data:image/svg+xml" in client.post("/feeds", data={"name": "phone"}).text
    assert _read_qr(qr_picture(address)) == address


def _read_qr(picture: str) -> str:
    """Draw the strokes of the picture on a grid and read that as a camera would."""
    drawing = unquote(picture)
    size = int(re.findall(r"viewBox='0 0 (\d+)", drawing)[0])
    dark = [bytearray(b"\xff" * size) for _row in range(size)]
    x = y = 0.0
    for kind, numbers in re.findall(r"([Mmhz])([^a-zA-Z]*)", re.findall(r"stroke='#000' d='([^']*)'", drawing)[0]):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if kind == "h":
            dark[int(y)][int(x) : int(x + values[0])] = bytes(int(values[0]))
            x += values[0]
        else:
            x, y = (values[0], values[1]) if kind == "M" else (x + values[0], y + values[1])
    pixels = b"".join(bytes(level for level in row for _n in range(6)) * 6 for row in dark)
    image = memoryview(pixels).cast("B", (size * 6, size * 6))
    return zxingcpp.read_barcodes(image)[0].text


@pytest.mark.parametrize(("there", "name", "words"), [
    (["phone"], "", "Fill in this field."), (["phone"], "x" * 41, "Shorten this text."),
    (["phone"], "phone", "already in use"), (["1", "2", "3", "4", "5"], "six", "End one of the five addresses first."),
])  # fmt: skip
def test_a_bad_name_and_a_sixth_address_are_refused_in_words(client, educator, there, name, words):
    for one in there:
        make_feed(educator, name=one)

    page = client.post("/feeds?lang=en", data={"name": name})

    assert page.status_code == 422
    assert words in page.text
    assert ("There are five addresses already." in client.get("/feeds").text) == (len(there) == 5)
    assert rows_of(FeedToken.name) == there


def test_a_presenter_renews_and_ends_an_address(client: FlaskClient, educator: Presenter) -> None:
    old = make_feed(educator, name="phone")

    page = client.post(f"/feeds/{rows_of(FeedToken.id)[0]}/renew")
    renewed = re.search(r"/feeds/([\w-]{43})\.ics", page.text)
    assert renewed is not None
    statuses = [client.get(f"/feeds/{token}.ics").status_code for token in (old, renewed[1])]
    answer = client.post(f"/feeds/{rows_of(FeedToken.id)[1]}/revoke")

    assert statuses == [404, 200]
    assert (answer.status_code, answer.location) == (302, "/feeds")
    assert client.get(f"/feeds/{renewed[1]}.ics").status_code == 404


def test_anothers_addresses_look_as_if_they_were_not_there(client: FlaskClient, educator: Presenter) -> None:
    make_feed(make_presenter(), name="theirs")
    [feed_id] = rows_of(FeedToken.id)
    assert "theirs" not in client.get("/feeds").text
    for act in ("renew", "revoke"):
        assert client.post(f"/feeds/{feed_id}/{act}").status_code == 404
    assert rows_of(FeedToken.revoked_at) == [None]


# The page of a campaign's calendar, and its address as calendars read it.


@pytest.fixture
def campaign(app):
    return make_campaign(slug="respect")


def address_on(page) -> str:
    return re.search(r"https?://[^/\"]+(/feeds/campaigns/[^\"<\s]+\.ics)", page.text)[1]


def test_an_address_is_made_shown_once_and_ended(app, campaign):
    desk, phone = staff_of(app, campaign), app.test_client()
    planned(an_actor(centre_id=campaign.centre_id), campaign_id=campaign.id)

    made = desk.post("/campaigns/respect/calendar?lang=sr_Latn")
    address = address_on(made)

    assert made.headers["Cache-Control"] == "no-store"
    assert address not in desk.get("/campaigns/respect/calendar").text
    answer = phone.get(address)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert [one["summary"] for one in by_icalendar(answer.data)] == ["Instagram: Pokaži poštovanje"]
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = phone.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    desk.post("/campaigns/respect/calendar/end")
    assert phone.get(address).status_code == 404


def test_another_centre_and_another_role_make_none(app, campaign):
    officer, stranger = staff_of(app, campaign, Role.SAFEGUARDING), browser_of(app, make_user(Role.COORDINATOR))
    for method, path in (("GET", "calendar"), ("POST", "calendar"), ("POST", "calendar/end")):
        assert stranger.open(f"/campaigns/respect/{path}", method=method).status_code == 404
        assert officer.open(f"/campaigns/respect/{path}", method=method).status_code == 403
