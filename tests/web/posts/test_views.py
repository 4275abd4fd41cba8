"""Pages of posts: a plan by week, a text to copy, presses, a short address that counts without knowing anybody."""

import datetime as dt
import io
import re
from html import unescape

import pytest

from scheduler.policy import Role
from scheduler.posts import service
from scheduler.posts.models import Post
from scheduler.posts.terms import LeadsTo, PostState
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.posts import a_post_draft, planned
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.safeguarding import a_scan
from tests.papers import saved, words_of
from tests.web.browser import browser_of, staff_of
from tests.web.reading import EN, rows_of, value_of


@pytest.fixture
def user(app):
    """A coordinator."""
    return make_user(Role.COORDINATOR)


@pytest.fixture
def desk(app, user):
    return browser_of(app, user)


@pytest.fixture
def number(user):
    """Of a post that is planned for today."""
    return planned(user.actor())


@pytest.fixture
def campaign(user):
    return make_campaign(programme=make_programme(centre_id=user.centre_id))


def post_and_count(desk, number: str) -> None:
    """It is posted, and what came of it is typed."""
    for act in ("ready", "posted"):
        desk.post(f"/posts/{number}/{act}")
    desk.post(f"/posts/{number}/reach", data={"reached": "1200", "reacted": "85"})


def typed(user, **given) -> dict[str, str]:
    fair = {"channel": "x", "campaign": "", "on_day": "6.10.2026.", "at": "9:00", "poster": str(user.id)}
    return {**fair, "text_sr_cyrl": "Реагуј!", "leads_to": "book", **given}


def test_a_post_is_planned_on_a_page_with_its_length_in_three_scripts(desk, user):
    answer = desk.post("/posts/new", data=typed(user, text_en="React!"), query_string=EN)

    page = desk.get(answer.location, query_string=EN).text
    assert page.count("31 of 280 letters") == 2  # seven, a line, and what X makes of any address
    assert "30 of 280 letters" in page
    assert "Reaguj!" in page
    assert re.search(r"/p/[a-z2-9]{7}", page)


def test_what_is_longer_than_the_channel_takes_is_refused(desk, user):
    answer = desk.post("/posts/new", data=typed(user, text_sr_cyrl="а" * 300), query_string=EN)

    assert answer.status_code == 422
    assert "longer than the channel takes" in answer.text


def test_what_a_colleague_changed_meanwhile_is_not_written_over_unseen(desk, user, number):
    seen = value_of(desk.get(f"/posts/{number}"), "version")
    service.change_post(user.actor(), number, a_post_draft(user.actor(), text_sr_cyrl="Друго"), now=MONDAY)
    mine = typed(user, text_sr_cyrl="Моје", version=seen)

    refused = desk.post(f"/posts/{number}", data=mine)

    assert (refused.status_code, rows_of(Post.text_sr_cyrl)) == (422, ["Друго"])
    assert desk.post(f"/posts/{number}", data=mine | {"version": value_of(refused, "version")}).status_code == 302
    assert rows_of(Post.text_sr_cyrl) == ["Моје"]


def test_on_its_day_it_stands_on_the_first_page_of_who_posts_it_and_of_nobody_else(app, desk, user, number):
    assert f"/posts/{number}" in desk.get("/desk").text
    assert f"/posts/{number}" not in staff_of(app, user).get("/desk").text

    desk.post(f"/posts/{number}/ready")
    assert "A post goes out today" in desk.get("/desk", query_string=EN).text
    answer = desk.post(f"/posts/{number}/posted", follow_redirects=True)
    assert rows_of(Post.state) == [PostState.POSTED]
    assert f"/posts/{number}" not in desk.get("/desk").text

    desk.post(re.search(r'action="(/posts/\w+/take-back)"', answer.text)[1])
    assert rows_of(Post.state) == [PostState.READY]


def test_the_plan_shows_a_month_of_a_campaign_or_of_the_helpline(desk, user, number):
    planned(user.actor(), on_day=MONDAY.date() + dt.timedelta(days=40))

    page = desk.get("/posts", query_string={"of": "helpline"}).text

    assert set(re.findall(r"/posts/([a-z2-9]{7})\"", page)) == {number}
    assert desk.get("/posts", query_string=EN | {"of": "nothing"}).text.count("Nothing is planned.") == 1


def test_a_post_stands_on_its_day_of_the_calendar_and_later_leads_to_the_next_month(desk, user, number):
    later = planned(user.actor(), on_day=dt.date(2026, 10, 30))
    page = desk.get("/posts", query_string=EN).text
    day = re.search(r'<td[^>]*>\s*<time datetime="2026-09-14">.*?</td>', page, re.DOTALL)[0]
    assert f"/posts/{number}" in day
    assert page.count("<time datetime=") == 35  # September 2026 touches five weeks

    after = unescape(re.search(r'href="([^"]*)"[^>]*><span>Later', page)[1])

    following = desk.get(after).text
    assert f"/posts/{later}" in following
    assert f"/posts/{number}" not in following


def test_what_came_of_it_is_typed_afterwards(desk, number):
    post_and_count(desk, number)

    assert "1,200" in desk.get("/posts", query_string=EN).text
    wrong = desk.post(f"/posts/{number}/reach", data={"reached": "many", "reacted": ""}, follow_redirects=True)
    assert wrong.status_code == 200


def test_the_short_address_leads_to_our_own_page_without_a_cookie(client, number):
    answer = client.get(f"/p/{number}")

    assert (answer.status_code, answer.location) == (302, "/book")
    assert "Set-Cookie" not in answer.headers


def test_an_address_of_no_post_or_of_one_without_a_link_is_not_there(client, user):
    silent = planned(user.actor(), leads_to=LeadsTo.NOWHERE)

    assert [client.get(f"/p/{one}").status_code for one in (silent, "abcdefg")] == [404, 404]


def test_a_picture_with_its_licence_is_drawn_anew_and_taken_along_by_staff_alone(client, desk, number):
    photo = (io.BytesIO(a_scan("png")), "a.png")
    sent = {"licence": "free", "credit": "Ana Ilić, CC BY 4.0", "agreed": "y", "photo": photo}
    answer = desk.post(f"/posts/{number}/picture", data=sent, content_type="multipart/form-data")

    assert answer.location == f"/posts/{number}"
    assert desk.get(f"/posts/{number}/picture.jpg").mimetype == "image/jpeg"
    assert client.get(f"/posts/{number}/picture.jpg").status_code == 302
    desk.post(f"/posts/{number}/picture/remove")
    assert desk.get(f"/posts/{number}/picture.jpg").status_code == 404


def test_staff_of_another_centre_opens_no_post(app, number):
    stranger = browser_of(app, make_user(Role.COORDINATOR))

    assert stranger.get(f"/posts/{number}").status_code == 404
    assert stranger.post(f"/posts/{number}/dropped").status_code == 404


def test_the_plan_is_a_calendar_too(desk, number):
    answer = desk.get("/posts/plan.ics", query_string=EN)

    assert answer.mimetype == "text/calendar"
    assert "SUMMARY:Instagram: the helpline" in answer.text
    assert f"DTSTART:{MONDAY:%Y%m%d}T070000Z" in answer.text
    assert "DTSTART" not in desk.get("/posts/plan.ics", query_string={"of": "nothing"}).text


def test_the_report_of_a_campaign_says_what_came_of_its_posts_on_its_page_and_in_each_file(
    desk, user, campaign, tmp_path
):
    post_and_count(desk, planned(user.actor(), campaign_id=campaign.id, text_en="React!"))
    planned(user.actor(), campaign_id=campaign.id)  # nothing came of it yet
    asked = EN | {"campaign": campaign.slug, "first": "2026-01-01", "last": "2026-12-31"}

    page, paper = (desk.get(f"/reports/attendance{kind}", query_string=asked) for kind in ("", ".pdf"))
    table = desk.get("/reports/attendance.csv", query_string=asked | {"table": "posts"})

    assert (page.status_code, "1,200" in page.text) == (200, True)
    assert "2026-09-14;Instagram;React!;1200;85" in table.text
    assert "Posts of the campaign" in words_of(saved(paper.data, tmp_path))
    assert "people reached, as the networks say" not in desk.get("/reports/attendance", query_string=EN).text
