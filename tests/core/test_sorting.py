"""How lists are ordered and cut into pages."""

import random

import pytest
from sqlalchemy import column

from scheduler.core.alphabet import CYRILLIC_ORDER, LATIN_ORDER, alphabet_key
from scheduler.core.paging import LAST_PAGE, page_number
from scheduler.core.sorting import Sort, in_order, ordered_by, sort_asked

ALLOWED = {"host": (column("name"), column("place")), "day": (column("on_day"),)}


@pytest.mark.parametrize(
    ("typed", "sort"),
    [
        ("host", Sort("host")),
        ("-day", Sort("day", down=True)),
        *((typed, None) for typed in (None, "", "-", "--day", "Host", "name; DROP TABLE host", "0" * 5000)),
    ],
)
def test_an_address_sorts_only_by_what_the_list_allows(typed, sort):
    assert sort_asked(typed, ALLOWED) == sort


def test_what_an_address_says_comes_back_as_it_was():
    for typed in ("host", "-host"):
        assert str(sort_asked(typed, ALLOWED)) == typed
        assert sort_asked(typed, ALLOWED).turned().turned() == sort_asked(typed, ALLOWED)


@pytest.mark.parametrize(
    ("sort", "written"),
    [(Sort("host"), ["name ASC", "place ASC"]), (Sort("day", True), ["on_day DESC"]), (Sort("x"), []), (None, [])],
)
def test_rows_of_the_database_are_ordered_by_the_columns_of_the_table(sort, written):
    assert [str(one) for one in ordered_by(sort, ALLOWED)] == written


def test_rows_at_hand_keep_their_order_among_equals_in_both_directions():
    rows, keys = ["b1", "a1", "b2", "a2"], {"letter": lambda row: row[0]}

    assert in_order(rows, Sort("letter"), keys) == ["a1", "a2", "b1", "b2"]
    assert in_order(rows, Sort("letter", True), keys) == ["b1", "b2", "a1", "a2"]
    assert in_order(rows, Sort("unknown"), keys) == rows


@pytest.mark.parametrize(
    ("typed", "number"),
    [(None, 1), ("", 1), ("0", 1), ("-1", 1), ("²", 1), ("٣", 1), ("x", 1), ("7", 7), ("9" * 5000, LAST_PAGE)],
)
def test_an_address_may_ask_for_any_page(typed, number):
    assert page_number(typed) == number


# --- words stand as a Serbian reader looks for them, in either script ---


@pytest.mark.parametrize(
    "words",
    [
        ["Sombor", "Subotica", "Svilajnac", "Šabac", "Šid"],  # Š after S
        ["Lučani", "Ljig", "Ljubovija", "Mali Zvornik"],  # Lj is a letter, behind all of L
        ["Niš", "Nova Crnja", "Novi Sad", "Njegoševo"],
        ["Debeljača", "Dolovo", "Džep", "Đala"],
        ["Cerović", "Čačak", "Ćuprija", "Dečani"],
        ["Суботица", "Тител", "Ћуприја", "Ужице", "Чачак", "Шабац"],
        ["Лучани", "Љиг", "Мајур", "Ниш", "Његошево", "Обреновац"],
        ["Горњи Милановац", "Деспотовац", "Ђала", "Земун", "Инђија", "Јагодина", "Ковин"],
        ["ОШ 2", "ОШ 10", "ОШ „Вук“", "ОШ Шид"],  # numbers by their size; signs count for nothing
        ["Ada", "Ág", "Ópusztaszer", "Vác"],
        ["Novi Pazar", "Novi Sad", "Novigrad"],  # word by word
        ["Zrenjanin", "Žabalj", "Ада", "Шид"],  # Latin before Cyrillic, where both stand in one list
    ],
)
def test_words_stand_by_the_alphabet_of_their_script(words):
    mixed = random.Random(7).sample(words, len(words))

    assert sorted(mixed, key=alphabet_key) == words


@pytest.mark.parametrize("order", [LATIN_ORDER, CYRILLIC_ORDER])
def test_every_letter_has_its_place_in_both_cases(order):
    assert sorted(set(order), key=alphabet_key) == order
    assert sorted((letter.upper() for letter in reversed(order)), key=alphabet_key) == [one.upper() for one in order]


def test_one_sign_for_two_letters_is_those_two():
    assert alphabet_key("ǈubovija")[0] == alphabet_key("Ljubovija")[0]
