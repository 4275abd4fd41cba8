"""The papers of a request and the note to its parents, read back with other programs than the one that drew them."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest

from scheduler.places.terms.venue import Venue
from scheduler.requests.pdf import SLIP, draw, draw_note
from scheduler.requests.terms.school_request import NoteSitting, PaperPerson, PaperPresentation, ParentsNote
from tests.factories import MONDAY
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


def test_a_confirmation_tells_what_when_and_where_to_sign_and_equal_papers_give_equal_bytes(tmp_path):
    words = words_of(saved(draw(a_request_paper(), "sr_Cyrl"), tmp_path))
    for text in [
        "Потврда о презентацији", "R-2026-0412", "ОШ „Ђура Јакшић“, Каћ", "уторак, 8. децембар 2026.",
        "Деловодни број школе:",
        "09:55–10:40 ученици VII-1, VII-2 свечана сала 58", "по договору родитељи 40", "Укупно 98", "Љиљана Џодић",
        "Директор школе", "место за печат", "Наставник остаје у учионици током целе презентације.", "19833",
    ]:  # fmt: skip
        assert text in words, text

    assert draw(a_request_paper(), "sr_Cyrl") == draw(a_request_paper(), "sr_Cyrl")


REQUEST = {"confirmed": False, "crew": (), "last_day": dt.date(2026, 12, 11), "file_number": "610-01-7/2026"}


@pytest.mark.parametrize(
    ("given", "printed", "left_out"),
    [
        ({}, ["Јелена Ристић", "Тара", "Млади предавачи долазе са одраслом особом"], ["Тајнић"]),
        ({"crew": (PaperPerson("Јелена", "Ристић", "предавач"),)}, ["Јелена Ристић"], ["Млади предавачи"]),
        ({"teacher_stays": False}, ["школа то још није обећала"], []),
        (REQUEST, ["Захтев за презентацију", "8–11. децембар 2026.", "610-01-7/2026"], ["Ко долази"]),
    ],
    ids=["a minor's first name alone", "without minors", "no promise yet", "a request, with its days"],
)
def test_it_prints_what_is_known_and_nothing_else(tmp_path, given, printed, left_out):
    words = words_of(saved(draw(a_request_paper(**given), "sr_Cyrl"), tmp_path))

    assert [text for text in printed if text not in words] == []
    assert [text for text in left_out if text in words] == []


def test_long_and_hostile_texts_stay_on_the_paper_whole(tmp_path):
    long = "<b>Школа</b> &amp; file:///etc/passwd " + "Ж" * 80
    sittings = (PaperPresentation(long, long, 90, Venue(long)),) * 9
    paper = a_request_paper(
        host_name=long, contact_name=long, programme_title=long, file_number="7" * 60, presentations=sittings
    )

    path = saved(draw(paper, "sr_Latn"), tmp_path)

    assert "<b>Школа</b> &amp; file:///etc/passwd" in words_of(path)
    assert all(left >= 15.9 and right <= 194.1 and low < 291 for _w, left, _t, right, low in boxes_of(path))
    assert "Direktor škole" in told("pdftotext", "-f", str(pages_of(path)), path, "-")


# --- the note to parents and its slips ---

HEADS = {
    "sr_Cyrl": ("Сагласност за фотографисање", "Одељење"),
    "sr_Latn": ("Saglasnost za fotografisanje", "Odeljenje"),
    "en": ("Permission for photographs", "Class"),
}


def a_note(*classes, host="ОШ „Ђура Јакшић“, Каћ"):
    sittings = tuple(NoteSitting(one, dt.time(9, 55)) for one in classes)
    day = dt.date(2026, 12, 8)
    return ParentsNote("R-2026-0412", "Центар", host, "Поштуј – реагуј", "Разговор.", day, sittings, MONDAY)


@pytest.mark.parametrize("language", list(HEADS))
@pytest.mark.parametrize("words", [1, 40, 90], ids=["a word", "a paragraph", "a page"])
def test_a_note_fills_its_page_and_stays_on_it_however_long_its_summary_is(tmp_path, language, words):
    note = replace(a_note("VII-2"), summary="Разговор " * words, young_presenters=words > 1)
    path = saved(draw_note(note, language), tmp_path)
    tops = sorted(top for _word, _left, top, _right, _low in boxes_of(path) if top < 283)

    assert pages_of(path) == 2
    assert max(later - top for top, later in pairwise(tops)) < 25
    assert tops[-1] > 250


def slips_of(path, page):
    return " ".join(told("pdftotext", "-layout", "-f", str(page), "-l", str(page), path, "-").split())


@pytest.mark.parametrize("language", list(HEADS))
def test_four_slips_stand_on_a_sheet_each_in_its_quarter(tmp_path, language):
    path = saved(draw_note(a_note("VII-2"), language), tmp_path)
    head, _class = HEADS[language]
    tops = [top for word, _left, top, _right, _low in boxes_of(path) if word == head.split()[0] and top < 297]

    assert unembedded_fonts(path) == []
    assert pages_of(path) == 2
    assert slips_of(path, 2).count(head) == 4
    assert [int(top // SLIP) for top in tops] == [0, 1, 2, 3]


@pytest.mark.parametrize("language", list(HEADS))
def test_the_class_is_left_blank_where_several_are_announced(tmp_path, language):
    path = saved(draw_note(a_note("VII-1, VII-2"), language), tmp_path)
    _head, group = HEADS[language]

    assert group in slips_of(path, 2)
    assert "VII" not in slips_of(path, 2)
    assert "VII-1, VII-2" in slips_of(path, 1)


def test_each_class_has_its_own_sheet_and_equal_ones_are_not_drawn_twice(tmp_path):
    path = saved(draw_note(a_note("VII-1", "VIII-3", "VII-1, VII-2", "5a i 5b"), "sr_Latn"), tmp_path)
    sheets = [slips_of(path, page) for page in (5, 6, 7)]

    assert pages_of(path) == 7
    assert [sheet.count("VII-1") for sheet in sheets] == [4, 0, 0]
    assert [sheet.count("VIII-3") for sheet in sheets] == [0, 4, 0]


def test_a_slip_says_what_it_is_about_and_long_names_stay_on_it(tmp_path):
    path = saved(draw_note(a_note("7b", host="Ж" * 120), "sr_Cyrl"), tmp_path)

    assert "Поштуј – реагуј, уторак, 8. децембар 2026." in slips_of(path, 2)
    assert all(left >= 15.9 and right <= 194.1 for _word, left, _top, right, _low in boxes_of(path))
