"""The first page names what can be asked for, and leads into the booking."""

import datetime as dt
import re

from scheduler.policy import Role
from scheduler.reports.terms.counting import ReportCounts
from tests.factories import MONDAY
from tests.factories.programmes import make_campaign, make_programme
from tests.web.browser import staff_of
from tests.web.reading import text_of

TODAY = MONDAY.date()


def test_open_programmes_stand_on_the_first_page_with_their_way_into_the_booking(client):
    make_programme(slug="talk", name_sr_cyrl="Љубав и мреже", name_en="Love and networks")
    make_programme(slug="closed", open=False)

    shown = client.get("/?lang=sr_Latn").text
    assert "Ljubav i mreže" in shown
    assert "/book?programme=talk" in shown
    assert "programme=closed" not in shown


def test_without_a_programme_the_first_page_still_says_what_there_is(client):
    assert "Web Detectives" in client.get("/?lang=en").text


def test_only_campaigns_that_run_or_come_stand_on_the_first_page(client):
    days = {"over": (-90, -1), "running": (-10, 10), "coming": (20, 60)}
    for name, (first, last) in days.items():
        span = {"first_day": TODAY + dt.timedelta(days=first), "last_day": TODAY + dt.timedelta(days=last)}
        make_campaign(slug=name, name_en=f"Campaign {name}", **span)

    shown = client.get("/?lang=en").text
    assert "Campaign over" not in shown
    assert shown.index("Campaign running") < shown.index("Campaign coming")
    assert (shown.count("Campaign is running"), shown.count("Campaign is coming")) == (1, 1)


def test_the_running_school_year_is_told_and_its_people_in_whole_hundreds(client, monkeypatch):
    assert "so far" not in client.get("/?lang=en").text
    told = ReportCounts(presentations=12, pupils=1234, parents=3, teachers=40, cities=2)
    monkeypatch.setattr("scheduler.web.public.views.school_year_counts", lambda _today, _names: told)

    shown = text_of(client.get("/?lang=en"))
    assert "School year 2026/27 so far" in shown
    assert "1,200+" in shown
    assert "1,277" not in shown


def test_a_programme_tells_who_comes_and_what_schools_ask(app, client, programme):
    admin = staff_of(app, programme, Role.ADMINISTRATOR)
    page = f"/settings/programmes/{programme.id}?lang=en"
    fields = dict.fromkeys(("about_en", "for_whom_en", "needs_en"), "") | {
        "name_sr_cyrl": "Разговор", "summary_sr_cyrl": "Кратко", "kind": "talk", "topic": "safe_internet",
        "audiences": "pupils", "level": "secondary", "booking": "ask_first", "minutes": "45", "group_size": "60",
        "educators": "1", "influencers": "0", "set_up_minutes": "15", "notice_days": "14",
        "who_comes_sr_cyrl": "Психолог", "who_comes_en": "A psychologist",
        "questions_sr_cyrl": "Да ли се плаћа?\nНе.", "questions_en": "Does it cost?\nNo.\n\nHow long?",
    }  # fmt: skip
    refused = admin.post(page, data=fields)
    assert "Write the answer in the line below each question." in text_of(refused)

    assert admin.post(page, data=fields | {"questions_en": "Does it cost?\nNo."}).status_code == 302
    shown = client.get("/programmes/talk?lang=en").text
    assert "A psychologist" in shown
    assert re.search(r"<summary>Does it cost\?</summary><p>No\.</p>", shown)
    assert "Secondary schools only" in shown
