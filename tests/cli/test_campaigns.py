import json

from scheduler.attendance.terms import HeadCounts
from scheduler.programmes.terms import Audience
from tests.factories.places import make_municipality
from tests.factories.programmes import make_campaign, make_campaign_city, make_campaign_target
from tests.reports.held_visits import a_held_visit


def test_a_campaign_is_told_with_its_days_targets_and_what_is_done(run, session):
    campaign, town = make_campaign(slug="respect"), make_municipality()
    make_campaign_city(campaign, town, 100)
    make_campaign_target(campaign, Audience.PUPILS, 500)
    a_held_visit(HeadCounts(7, 1, 2, 3), campaign_id=campaign.id)
    a_held_visit(HeadCounts(9))

    result = run("campaigns", "list", "--json")

    (told,) = json.loads(result.stdout)
    assert (told["slug"], told["first_day"], told["last_day"]) == ("respect", "2026-09-01", "2026-12-31")
    assert told["targets"] == {"pupils": 500}
    assert told["cities"] == [{"city": town.city_sr_latn, "target_pupils": 100, "pupils": 7}]
    assert {name: told["done"][name] for name in ("visits", "pupils", "others")} == {
        "visits": 1,
        "pupils": 7,
        "others": 3,
    }
    words = run("campaigns", "list").stdout
    assert words == "respect: 2026-09-01 to 2026-12-31, 1 presentations in 1 cities, 7 pupils of 500\n"


def test_without_a_campaign_the_list_is_empty(run):
    assert run("campaigns", "list", "--json").stdout == "[]\n"
