import datetime as dt
import re

from scheduler.attendance.terms import HeadCounts
from scheduler.core.db import transaction
from scheduler.people.models import PresenterLanguage
from scheduler.people.terms import TeachingLanguage, Topic
from scheduler.programmes.terms import Audience
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.attendance import make_attendance
from tests.factories.people import make_presenter
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_campaign, make_campaign_city, make_campaign_target, make_programme
from tests.factories.safeguarding import a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.web.reading import selects_of

SAID_OF_THE_TALK = (
    "<p>Second.</p>", "Pupils of the 7th grade", "60 minutes", "1 educator and 1 young presenter", "A hall",
    "A screen", "at least 21 days ahead", "Hungarian", 'href="/book?programme=talk"',
)  # fmt: skip


def test_open_programmes_are_listed_and_a_closed_one_keeps_its_page_but_cannot_be_booked(client):
    make_programme(slug="talk", name_en="Safe on the net")
    make_programme(slug="closed", name_en="Closed one", open=False)

    listed, closed = client.get("/programmes?lang=en").text, client.get("/programmes/closed?lang=en")

    assert 'href="/programmes/talk"' in listed
    assert "Closed one" not in listed
    assert closed.status_code == 200
    assert "/book?programme=" not in closed.text
    assert client.get("/programmes/nobody").status_code == 404


def test_a_programmes_page_tells_for_whom_how_long_who_comes_what_is_needed_and_in_which_languages(client):
    programme = make_programme(
        slug="talk", minutes=60, influencers=1, notice_days=21, topic=Topic.PRIVACY,
        about_en="First.\nSecond.", for_whom_en="Pupils of the 7th grade", needs_en="A hall\n\nA screen",
    )  # fmt: skip
    presenter = make_presenter(centre_id=programme.centre_id)
    with transaction() as session:
        session.add(PresenterLanguage(presenter_id=presenter.id, language=TeachingLanguage.HUNGARIAN))

    for language, words in (("en", SAID_OF_THE_TALK), ("sr_Cyrl", ["мађарски"]), ("sr_Latn", ["mađarski"])):
        shown = client.get("/programmes/talk", query_string={"lang": language}).text
        assert [one for one in words if one not in shown] == []


def a_campaign(**given):
    """Two cities, of which one was visited by an educator and a minor."""
    programme = make_programme(influencers=1)
    campaign = make_campaign(programme=programme, name_en="Show respect", **given)
    nis, pirot = (make_municipality(name, city_sr_cyrl=name) for name in ("Ниш", "Пирот"))
    make_campaign_city(campaign, nis, 100)
    make_campaign_city(campaign, pirot, 80)
    make_campaign_target(campaign, Audience.PUPILS, 180)
    of_campaign = {"programme": programme, "campaign_id": campaign.id, "on_day": campaign.first_day}
    visit = make_visit(VisitState.DELIVERED, host_id=make_host(municipality_id=nis.id).id, **of_campaign)
    presentation = make_presentation(visit, state=PresentationState.DELIVERED)
    make_attendance(presentation, HeadCounts(pupils=90, teachers=6))
    sixteen = campaign.first_day.replace(year=campaign.first_day.year - 16)
    minor = a_cleared_minor(given_name="Luka", family_name="Tajni", birth_date=sixteen)
    for one in (make_presenter(given_name="Ana", family_name="Ilić"), minor):
        make_assignment(presentation, one.id, AssignmentState.PRESENT)
    return campaign


def test_a_campaigns_page_sets_targets_against_what_was_done_as_chart_map_and_table(client):
    campaign = a_campaign(slug="respect")

    shown = client.get("/campaigns/respect?lang=sr_Cyrl").text

    assert campaign.name_sr_cyrl in shown
    assert shown.count('role="img"') == 2
    assert "<b>1</b> од 2" in shown
    assert re.search(r"<b>90</b>\s+од 180", shown)
    assert re.search(r'<th scope="row">Пирот</th>.*?<td[^>]*>0</td>.*?80.*?</tr>', shown, re.DOTALL)


def test_a_campaigns_page_names_nobody_of_its_crew_and_no_day_to_come(client):
    a_campaign(slug="respect")

    shown = client.get("/campaigns/respect?lang=en").text

    assert "1 educator and young presenters" in shown
    assert not re.search(r"Luka|Tajni|Ana|Ilić", shown)


def test_campaigns_are_listed_by_whether_they_run(client):
    a_campaign(slug="old", first_day=dt.date(2020, 1, 1), last_day=dt.date(2020, 2, 1))
    make_campaign(slug="now", first_day=dt.date(MONDAY.year - 1, 1, 1), last_day=dt.date(MONDAY.year + 1, 1, 1))
    make_campaign(slug="later", first_day=dt.date(MONDAY.year + 2, 1, 1), last_day=dt.date(MONDAY.year + 2, 2, 1))

    shown = client.get("/campaigns?lang=en").text

    places = [shown.index(f"/campaigns/{slug}") for slug in ("now", "later", "old")]
    assert places == sorted(places)
    assert client.get("/campaigns/nobody").status_code == 404
    assert client.get("/campaigns/later").status_code == 200


def test_a_list_of_campaigns_asks_as_often_for_one_as_for_three(client):
    asked = []
    for number in range(3):
        a_campaign(slug=f"c-{number}", **{"summary_en": "x"} if number else {})
        asked.append(selects_of(client, "/campaigns"))

    assert asked[0] == asked[2]
