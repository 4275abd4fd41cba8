import pytest

from scheduler.reports.pdf import draw
from scheduler.reports.terms.counting import Chart, Series
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
