"""The note to parents and its slips, read back with other programs than the one that drew it."""

import datetime as dt

import pytest

from scheduler.places.rules.school_time import only_class
from scheduler.requests.pdf import SLIP, draw_note
from scheduler.requests.terms.school_request import NoteSitting, ParentsNote
from tests.factories import MONDAY
from tests.papers import boxes_of, pages_of, saved, told, unembedded_fonts

HEADS = {
    "sr_Cyrl": ("Сагласност за фотографисање", "Одељење"),
    "sr_Latn": ("Saglasnost za fotografisanje", "Odeljenje"),
    "en": ("Permission for photographs", "Class"),
}


def a_note(*classes, host="ОШ „Ђура Јакшић“, Каћ"):
    sittings = tuple(NoteSitting(one, dt.time(9, 55)) for one in classes)
    day = dt.date(2026, 12, 8)
    return ParentsNote("R-2026-0412", "Центар", host, "Поштуј – реагуј", "Разговор.", day, sittings, MONDAY)


def slips_of(path, page):
    return " ".join(told("pdftotext", "-layout", "-f", str(page), "-l", str(page), path, "-").split())


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("language", list(HEADS))
def test_four_slips_stand_on_a_sheet_each_in_its_quarter(tmp_path, language):
    path = saved(draw_note(a_note("VII-2"), language), tmp_path)
    head, _class = HEADS[language]
    tops = [top for word, _left, top, _right, _low in boxes_of(path) if word == head.split()[0] and top < 297]

    assert unembedded_fonts(path) == []
    assert pages_of(path) == 2
    assert slips_of(path, 2).count(head) == 4
    assert [int(top // SLIP) for top in tops] == [0, 1, 2, 3]


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("language", list(HEADS))
def test_the_class_is_left_blank_where_several_are_announced(tmp_path, language):
    path = saved(draw_note(a_note("VII-1, VII-2"), language), tmp_path)
    _head, group = HEADS[language]

    assert group in slips_of(path, 2)
    assert "VII" not in slips_of(path, 2)
    assert "VII-1, VII-2" in slips_of(path, 1)


@pytest.mark.usefixtures("poppler")
def test_each_class_has_its_own_sheet_and_equal_ones_are_not_drawn_twice(tmp_path):
    path = saved(draw_note(a_note("VII-1", "VIII-3", "VII-1, VII-2", "5a i 5b"), "sr_Latn"), tmp_path)
    sheets = [slips_of(path, page) for page in (5, 6, 7)]

    assert pages_of(path) == 7
    assert [sheet.count("VII-1") for sheet in sheets] == [4, 0, 0]
    assert [sheet.count("VIII-3") for sheet in sheets] == [0, 4, 0]


@pytest.mark.usefixtures("poppler")
def test_a_slip_says_what_it_is_about_and_long_names_stay_on_it(tmp_path):
    path = saved(draw_note(a_note("7b", host="Ж" * 120), "sr_Cyrl"), tmp_path)

    assert "Поштуј – реагуј, уторак, 8. децембар 2026." in slips_of(path, 2)
    assert all(left >= 15.9 and right <= 194.1 for _word, left, _top, right, _low in boxes_of(path))


@pytest.mark.parametrize(
    ("typed", "one"),
    [
        ("VII-2", "VII-2"), ("7b", "7b"), ("7. разред", "7. разред"), ("IV3", "IV3"),
        ("7a, 7b", ""), ("7a i 7b", ""), ("7а и 7б", ""), ("7a/7b", ""), ("7a 7b", ""), ("сви осми", ""), ("", ""),
    ],
)  # fmt: skip
def test_one_class_alone_is_known(typed, one):
    assert only_class(typed) == one
