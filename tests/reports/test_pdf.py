"""Reports and the brief of a campaign on paper: whole, in three scripts, without a name."""

import datetime as dt

import pytest

from scheduler.people.terms import PresenterKind
from scheduler.posts.terms import PostChannel, PostDraft, PostRow, PostState, PostSums
from scheduler.programmes.terms import Audience, CampaignRow, CampaignVerdict, CityRisk, Text
from scheduler.reports.pdf import draw, draw_brief
from scheduler.reports.terms.control_room import AudienceLine, CampaignWeek, CityLine, ControlRoom, CrewLine, Forecast
from scheduler.reports.terms.counting import Chart, Series
from tests.factories import MONDAY
from tests.factories.papers import a_report
from tests.papers import boxes_of, pages_of, saved, told, unembedded_fonts, words_of

pytestmark = pytest.mark.usefixtures("poppler", "qpdf")


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_a_report_is_a_clean_file_with_all_fonts_inside(tmp_path, language):
    path = saved(draw(a_report(), language), tmp_path)
    assert "No syntax or stream encoding errors found" in told("qpdf", "--check", path)
    assert unembedded_fonts(path) == []


def test_numbers_and_definitions_are_printed_as_the_language_writes_them_and_an_empty_report_says_so(tmp_path):
    words = words_of(saved(draw(a_report(), "sr_Cyrl"), tmp_path))

    assert "јануар 6 348 фебруар 24 1.663 Укупно 30 2.011" in words
    assert "1. јануар – 31. децембар 2023. · оба центра, сви програми" in words
    assert "одштампано: понедељак, 14. септембар 2026. у 11:00" in words
    assert "фебруар 24 1,663" in words_of(saved(draw(a_report(), "en"), tmp_path))

    path = saved(draw(a_report(), "sr_Cyrl"), tmp_path)

    assert pages_of(path) == 2
    assert "присуство закључано" in told("pdftotext", "-f", "2", path, "-")
    assert pages_of(saved(draw(a_report(definitions=()), "sr_Cyrl"), tmp_path)) == 1

    empty = a_report(rows=(), totals=(), figures=(), charts=(), definitions=())

    assert "У овом периоду нема пребројаног присуства." in words_of(saved(draw(empty, "sr_Cyrl"), tmp_path))


def test_too_many_bars_long_and_hostile_cells_do_no_harm_and_equal_reports_give_equal_bytes(tmp_path):
    none = Chart("Празно", ("јан", "феб"), (Series("Ученици", (0, 0)),))
    many = Chart("Превише", tuple(map(str, range(60))), (Series("Ученици", tuple(range(60))),))
    words = words_of(saved(draw(a_report(charts=(none, many)), "sr_Cyrl"), tmp_path))
    assert "Празно" in words
    assert "Превише" not in words
    rows = tuple((f"<b>Град</b> &amp; {'Ж' * 60} {n}", 10**9, 10**9) for n in range(80))
    path = saved(draw(a_report(rows=rows, charts=()), "sr_Cyrl"), tmp_path)
    assert words_of(path).count("<b>Град</b>") == 80
    assert all(left >= 15.9 and right <= 194.1 and low < 291 for _w, left, _t, right, low in boxes_of(path))
    assert draw(a_report(), "sr_Cyrl") == draw(a_report(), "sr_Cyrl")


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
        "post_sums": PostSums(size, 123_456, 7_890, 0),
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
