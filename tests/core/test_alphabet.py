"""Words stand as a Serbian reader looks for them, in either script."""

import random

import pytest

from scheduler.core.alphabet import CYRILLIC_ORDER, LATIN_ORDER, alphabet_key


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
