"""The brief of a campaign: two pages whatever it holds, in three scripts, without a name."""

import datetime as dt

import pytest

from scheduler.people.terms import PresenterKind
from scheduler.posts.terms import PostChannel, PostDraft, PostRow, PostState, PostSums
from scheduler.programmes.terms import Audience, CampaignRow, CampaignVerdict, CityRisk, Text
from scheduler.reports.pdf import draw_brief
from scheduler.reports.terms.control_room import (
    AudienceLine,
    CampaignWeek,
    CityLine,
    ControlRoom,
    CrewLine,
    Forecast,
)
from tests.factories import MONDAY
from tests.papers import boxes_of, pages_of, saved, told, unembedded_fonts, words_of

pytestmark = pytest.mark.usefixtures("poppler", "qpdf")

TODAY, LANGUAGES = MONDAY.date(), ["sr_Cyrl", "sr_Latn", "en"]
LONG = "Поштуј. Реагуј на мржњу: једна порука подршке мења дан, а ћутање га не мења никоме. " * 2


def a_campaign() -> CampaignRow:
    name = Text("Покажи поштовање – реагуј на мржњу", "Show respect – react to hate")
    centre = ("Национални контакт центар за безбедност деце на интернету", "Nacionalni kontakt centar", "NCC")
    days = (dt.date(2026, 9, 1), dt.date(2026, 12, 31))
    return CampaignRow(1, "respect", 1, name, name, *centre, "talk", name, True, 1, 1, *days, (), {})


def a_post(number: int) -> PostRow:
    draft = PostDraft(PostChannel.INSTAGRAM, TODAY, dt.time(9), 1, LONG, LONG)
    return PostRow(
        number, f"post{number:03}", PostState.POSTED, draft, "respect", "", "", "", 12, 10_000 + number, 900, 1
    )


def a_room(size: int = 1, **given) -> ControlRoom:
    said = Forecast(1_200, 90, 180, 2_715, 2_310, 3_120, 8)
    fair = {
        "campaign": a_campaign(),
        "today": TODAY,
        "days_left": 60,
        "audiences": tuple(AudienceLine(one, 3_000, said, CampaignVerdict.UNLIKELY) for one in Audience),
        "visits": 20,
        "presentations": 24,
        "waiting": 1,
        "agreed": 2,
        "kilometres": 14_250,
        "cities": tuple(
            CityLine(f"Крагујевац {n}", f"Kragujevac {n}", n, 3_000, risk=CityRisk.NO_SCHOOL_DAY) for n in range(size)
        ),
        "crew": tuple(CrewLine(n, "Тара", PresenterKind.INFLUENCER, True, True, 3, 4, 2) for n in range(size)),
        "weeks": tuple(CampaignWeek(TODAY + n * dt.timedelta(days=7), n, n * 90) for n in range(size)),
        "posts": tuple(map(a_post, range(size))),
        "post_sums": PostSums(size, 123_456, 7_890, 321, 0),
    }
    return ControlRoom(**(fair | given))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [0, 1, 60])
def test_it_is_two_pages_whatever_the_campaign_holds(tmp_path, language, size):
    path = saved(draw_brief(a_room(size), language, MONDAY), tmp_path)

    assert (pages_of(path), unembedded_fonts(path)) == (2, [])
    assert all(left >= 15.9 and right <= 194.1 and low < 291 for _w, left, _t, right, low in boxes_of(path))
    assert "Тара" not in words_of(path)
    assert "No syntax or stream encoding errors found" in told("qpdf", "--check", path)


def test_cities_at_risk_come_first_a_campaign_that_is_over_says_what_it_has_and_equal_rooms_give_equal_bytes(tmp_path):
    quiet = tuple(CityLine(f"Бор {n}", f"Bor {n}", n, 100, 1, 60) for n in range(14))
    risky = CityLine("Ниш", "Niš", 99, 100, risk=CityRisk.NOBODY_ASKED)

    words = words_of(saved(draw_brief(a_room(cities=(*quiet, risky)), "en", MONDAY), tmp_path))

    assert words.index("Niš") < words.index("Bor 0")
    assert "5 more cities stand on the page." in words
    assert "Pupils: 2,715 at the end, at today's pace (2,310 to 3,120); the target is 3,000." in words

    over = AudienceLine(Audience.PUPILS, 3_000, Forecast(2_940, 0, 0, 2_940, 2_940, 2_940, 8), CampaignVerdict.UNLIKELY)
    room = a_room(audiences=(over,), days_left=0)

    assert "Pupils: 2,940; the target is 3,000." in words_of(saved(draw_brief(room, "en", MONDAY), tmp_path))
    assert draw_brief(room, "en", MONDAY) == draw_brief(room, "en", MONDAY)
