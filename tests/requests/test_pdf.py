import datetime as dt

import pytest

from scheduler.requests.pdf import draw
from scheduler.requests.terms.school_request import PaperPerson, PaperPresentation
from tests.factories.papers import a_request_paper
from tests.papers import boxes_of, pages_of, saved, told, unembedded_fonts, words_of

pytestmark = pytest.mark.usefixtures("poppler", "qpdf")


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_the_paper_is_one_clean_page_with_all_fonts_inside(tmp_path, language, confirmed):
    path = saved(draw(a_request_paper(confirmed=confirmed), language), tmp_path)

    assert "No syntax or stream encoding errors found" in told("qpdf", "--check", path)
    assert unembedded_fonts(path) == []
    assert pages_of(path) == 1


def test_a_confirmation_tells_what_when_and_where_to_sign(tmp_path):
    words = words_of(saved(draw(a_request_paper(), "sr_Cyrl"), tmp_path))

    for text in [
        "Потврда о презентацији", "R-2026-0412", "ОШ „Ђура Јакшић“, Каћ", "уторак, 8. децембар 2026.",
        "Деловодни број школе:",
        "09:55–10:40 ученици VII-1, VII-2 свечана сала 58", "по договору родитељи 40", "Укупно 98", "Љиљана Џодић",
        "Директор школе", "место за печат", "Наставник остаје у учионици током целе презентације.", "19833",
    ]:  # fmt: skip
        assert text in words, text


def test_of_a_minor_only_the_first_name_is_printed(tmp_path):
    words = words_of(saved(draw(a_request_paper(), "sr_Cyrl"), tmp_path))

    assert "Јелена Ристић" in words
    assert "Тара" in words
    assert "Тајнић" not in words
    assert "Млади предавачи долазе са одраслом особом" in words


def test_without_minors_nothing_is_said_of_them(tmp_path):
    adults = (PaperPerson("Јелена", "Ристић", "предавач"),)

    assert "Млади предавачи" not in words_of(saved(draw(a_request_paper(crew=adults), "sr_Cyrl"), tmp_path))


def test_a_request_shows_the_days_that_suit_and_the_file_number_when_known(tmp_path):
    paper = a_request_paper(confirmed=False, crew=(), last_day=dt.date(2026, 12, 11), file_number="610-01-7/2026")

    words = words_of(saved(draw(paper, "sr_Cyrl"), tmp_path))

    assert "Захтев за презентацију" in words
    assert "8–11. децембар 2026." in words
    assert "610-01-7/2026" in words
    assert "Ко долази" not in words


def test_a_missing_promise_is_named(tmp_path):
    words = words_of(saved(draw(a_request_paper(teacher_stays=False), "sr_Cyrl"), tmp_path))

    assert "школа то још није обећала" in words


def test_long_and_hostile_texts_stay_on_the_paper_whole(tmp_path):
    long = "<b>Школа</b> &amp; file:///etc/passwd " + "Ж" * 80
    sittings = (PaperPresentation(long, long, 90, long),) * 9
    paper = a_request_paper(
        host_name=long, contact_name=long, programme_title=long, file_number="7" * 60, presentations=sittings
    )

    path = saved(draw(paper, "sr_Latn"), tmp_path)

    assert "<b>Школа</b> &amp; file:///etc/passwd" in words_of(path)
    assert all(left >= 15.9 and right <= 194.1 and low < 291 for _w, left, _t, right, low in boxes_of(path))
    assert "Direktor škole" in told("pdftotext", "-f", str(pages_of(path)), path, "-")


def test_equal_papers_give_equal_bytes():
    assert draw(a_request_paper(), "sr_Cyrl") == draw(a_request_paper(), "sr_Cyrl")
