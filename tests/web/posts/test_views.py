"""Pages of posts: a plan by week, a text to copy, presses, a short address that counts without knowing anybody."""

import datetime as dt
import io
import re

import pytest
import sqlalchemy as sa

from scheduler.core.db import db
from scheduler.people.models import User
from scheduler.policy import Role
from scheduler.posts import service
from scheduler.posts.models import Post, PostOpenings
from scheduler.posts.terms import LeadsTo, PostState
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.posts import a_post_draft
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.safeguarding import a_scan
from tests.papers import saved, words_of
from tests.web.browser import browser_of

EN = {"lang": "en"}


@pytest.fixture
def her(app):
    return make_user(Role.COORDINATOR)


@pytest.fixture
def desk(app, her):
    return browser_of(app, her)


def a_post(her, **given) -> str:
    actor = db.session.get_one(User, her.id).actor()
    return service.plan_post(actor, a_post_draft(actor, **given), now=MONDAY)


def typed(her, **given) -> dict[str, str]:
    fair = {"channel": "x", "campaign": "", "on_day": "6.10.2026.", "at": "9:00", "poster": str(her.id)}
    return {**fair, "text_sr_cyrl": "Реагуј!", "leads_to": "book", **given}


def stored_text() -> str:
    db.session.rollback()
    return db.session.scalars(sa.select(Post.text_sr_cyrl)).one()


def state() -> PostState:
    db.session.rollback()
    return db.session.scalars(sa.select(Post.state)).one()


def test_a_post_is_planned_on_a_page_with_its_length_in_three_scripts(desk, her):
    answer = desk.post("/posts/new", data=typed(her, text_en="React!"), query_string=EN)

    page = desk.get(answer.location, query_string=EN).text
    assert page.count("31 of 280 letters") == 2  # seven, a line, and what X makes of any address
    assert "30 of 280 letters" in page
    assert "Reaguj!" in page
    assert re.search(r"/p/[a-z2-9]{7}", page)


def test_what_is_longer_than_the_channel_takes_is_refused(desk, her):
    answer = desk.post("/posts/new", data=typed(her, text_sr_cyrl="а" * 300), query_string=EN)

    assert answer.status_code == 422
    assert "longer than the channel takes" in answer.text


def test_what_a_colleague_changed_meanwhile_is_not_written_over_unseen(desk, her):
    number = a_post(her)
    seen = re.search(r'name="version"[^>]* value="(\d+)"', desk.get(f"/posts/{number}").text)[1]
    service.change_post(
        db.session.get_one(User, her.id).actor(),
        number,
        a_post_draft(db.session.get_one(User, her.id).actor(), text_sr_cyrl="Друго"),
        now=MONDAY,
    )
    mine = typed(her, text_sr_cyrl="Моје", version=seen)

    refused = desk.post(f"/posts/{number}", data=mine, query_string=EN)
    assert refused.status_code == 422
    assert stored_text() == "Друго"
    now = re.search(r'name="version"[^>]* value="(\d+)"', refused.text)[1]
    assert desk.post(f"/posts/{number}", data=mine | {"version": now}).status_code == 302
    assert stored_text() == "Моје"


def test_on_its_day_it_stands_on_the_first_page_of_who_posts_it_and_of_nobody_else(app, desk, her):
    number = a_post(her)
    colleague = browser_of(app, make_user(Role.COORDINATOR, centre_id=her.centre_id))
    assert f"/posts/{number}" in desk.get("/desk", query_string=EN).text
    assert f"/posts/{number}" not in colleague.get("/desk", query_string=EN).text

    desk.post(f"/posts/{number}/ready")
    assert "A post is to be posted today" in desk.get("/desk", query_string=EN).text
    answer = desk.post(f"/posts/{number}/posted", follow_redirects=True)
    assert state() is PostState.POSTED
    assert f"/posts/{number}" not in desk.get("/desk", query_string=EN).text

    desk.post(re.search(r'action="(/posts/\w+/take-back)"', answer.text)[1])
    assert state() is PostState.READY


def test_the_plan_shows_five_weeks_of_a_campaign_or_of_the_helpline(desk, her):
    a_post(her)
    a_post(her, on_day=MONDAY.date() + dt.timedelta(days=40))

    page = desk.get("/posts", query_string=EN | {"of": "helpline"}).text
    assert len(set(re.findall(r"/posts/([a-z2-9]{7})\"", page))) == 1
    assert desk.get("/posts", query_string=EN | {"of": "nothing"}).text.count("Nothing is planned.") == 5


def test_what_came_of_it_is_typed_afterwards(desk, her):
    number = a_post(her)
    for act in ("ready", "posted"):
        desk.post(f"/posts/{number}/{act}")

    desk.post(f"/posts/{number}/reach", data={"reached": "1200", "reacted": "85"})

    assert "1,200" in desk.get("/posts", query_string=EN).text
    wrong = desk.post(f"/posts/{number}/reach", data={"reached": "many", "reacted": ""}, follow_redirects=True)
    assert wrong.status_code == 200


def test_the_short_address_leads_to_our_own_page_and_counts_by_day_without_a_cookie(app, her):
    number = a_post(her)
    visitor = app.test_client()
    answer = visitor.get(f"/p/{number}")

    assert (answer.status_code, answer.location) == (302, "/book")
    assert "Set-Cookie" not in answer.headers
    visitor.head(f"/p/{number}")
    visitor.get(f"/p/{number}", headers={"User-Agent": "facebookexternalhit/1.1"})
    db.session.rollback()
    assert db.session.execute(sa.select(PostOpenings.on_day, PostOpenings.times)).all() == [(MONDAY.date(), 1)]


def test_an_address_of_no_post_or_of_one_without_a_link_is_not_there(app, her):
    number = a_post(her, leads_to=LeadsTo.NOWHERE)

    assert [app.test_client().get(f"/p/{one}").status_code for one in (number, "abcdefg")] == [404, 404]


def test_a_picture_with_its_licence_is_drawn_anew_and_taken_along_by_staff_alone(app, desk, her):
    number = a_post(her)
    photo = (io.BytesIO(a_scan("png")), "a.png")
    sent = {"licence": "free", "credit": "Ana Ilić, CC BY 4.0", "agreed": "y", "photo": photo}
    answer = desk.post(f"/posts/{number}/picture", data=sent, content_type="multipart/form-data")

    assert answer.location == f"/posts/{number}"
    assert desk.get(f"/posts/{number}/picture.jpg").mimetype == "image/jpeg"
    assert app.test_client().get(f"/posts/{number}/picture.jpg").status_code == 302
    desk.post(f"/posts/{number}/picture/remove")
    assert desk.get(f"/posts/{number}/picture.jpg").status_code == 404


def test_staff_of_another_centre_opens_no_post(app, her):
    number = a_post(her)
    stranger = browser_of(app, make_user(Role.COORDINATOR))

    assert stranger.get(f"/posts/{number}").status_code == 404
    assert stranger.post(f"/posts/{number}/dropped").status_code == 404
    assert browser_of(app, make_user(Role.EDUCATOR)).get("/posts").status_code == 403


def test_the_plan_is_a_calendar_too(desk, her):
    a_post(her)

    answer = desk.get("/posts/plan.ics", query_string=EN)

    assert answer.mimetype == "text/calendar"
    assert "SUMMARY:Instagram: the helpline" in answer.text
    assert f"DTSTART:{MONDAY:%Y%m%d}T070000Z" in answer.text
    assert "DTSTART" not in desk.get("/posts/plan.ics", query_string=EN | {"of": "nothing"}).text


def test_the_report_of_a_campaign_says_what_came_of_its_posts(desk, her):
    own = make_campaign(programme=make_programme(centre_id=her.centre_id))
    number = a_post(her, campaign_id=own.id, leads_to=LeadsTo.CAMPAIGN)
    for act in ("ready", "posted"):
        desk.post(f"/posts/{number}/{act}")
    desk.post(f"/posts/{number}/reach", data={"reached": "1200", "reacted": "85"})

    asked = EN | {"campaign": own.slug, "first": "2026-01-01", "last": "2026-12-31"}
    page = desk.get("/reports/attendance", query_string=asked)
    assert (page.status_code, "1,200" in page.text) == (200, True)
    assert "people reached, as the networks say" not in desk.get("/reports/attendance", query_string=EN).text


def test_the_files_of_a_campaigns_report_hold_its_posts(desk, her, tmp_path):
    own = make_campaign(programme=make_programme(centre_id=her.centre_id))
    number = a_post(her, campaign_id=own.id, text_en="React!")
    a_post(her, campaign_id=own.id)  # planned: nothing came of it yet
    for act in ("ready", "posted"):
        desk.post(f"/posts/{number}/{act}")
    desk.post(f"/posts/{number}/reach", data={"reached": "1200", "reacted": "85"})
    asked = EN | {"campaign": own.slug, "first": "2026-01-01", "last": "2026-12-31"}

    document = desk.get("/reports/attendance.json", query_string=asked).json
    table = desk.get("/reports/attendance.csv", query_string=asked | {"table": "posts"}).text
    paper = saved(desk.get("/reports/attendance.pdf", query_string=asked).data, tmp_path)

    day = MONDAY.date().isoformat()
    assert document["posts"] == [{"on_day": day, "channel": "instagram", "reached": 1200, "reacted": 85, "opened": 0}]
    assert "14 Sep 2026;Instagram;React!;1200;85;0" in table
    assert "Posts of the campaign" in words_of(paper)
    assert "posts" not in desk.get("/reports/attendance.json", query_string=EN).json
