"""Texts, names and numbers as people type them, and cells of the files that they take home."""

import copy
import csv
import pickle
import re
import unicodedata
from decimal import Decimal

import cyrtranslit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.cohorts.queries.practice import shipped_cases
from scheduler.cohorts.rules import problems_with_case
from scheduler.core import text as of_text
from scheduler.core.csv_text import csv_for_people, csv_text
from scheduler.core.errors import GroundReason
from scheduler.core.identity import LENGTH, WEIGHTS, has_identity_number
from scheduler.core.names import (
    SpelledName,
    other_spelling,
    problem_with_name,
    problem_with_other_name,
    problem_with_register_name,
    spelled,
    spellings,
    whole_name,
)
from scheduler.core.personal_text import personal_in
from scheduler.core.text import BROKEN, FOLDED, LATIN, BadText, clean, fold, marked, problem_with_address, to_latin

CYRILLIC = "".join(LATIN) + "".join(LATIN).upper()


@pytest.mark.parametrize(("typed", "kept"), [
    ("  Основна \t школа\r\n„Вук“ ", "Основна школа „Вук“"), ("s\u030ckola", "škola"),
    ("ab\u202ecd\u200be\ufefff", "abcdef"), ("a\x00b\x0bc\x0cd\x85e\u2028f", "ab c d e f"),
    ("\U000e0041x\ue000\ud800", "x"), ("Z\u0301\u0302\u0303\u0304\u0305", "Ź\u0302\u0303"),
    ("soft\u00adhyphen no\u00a0break", "softhyphen no break"),
    ("Ђорђе Ђенић-Ћосић, бр. 7", "Ђорђе Ђенић-Ћосић, бр. 7"), ("\u2800\u3164", ""),
])  # fmt: skip
def test_clean_keeps_what_can_be_seen(typed, kept):
    assert clean(typed, limit=60) == kept


def test_clean_keeps_lines_where_wanted_and_measures_what_is_kept():
    typed = " first  line \r\n\r\n\r\n\r\nsecond\u2028third\n"
    assert clean(typed, limit=100, lines=True) == "first line\n\nsecond\nthird"
    assert clean("š" * 10, limit=10) == clean(unicodedata.normalize("NFD", "š" * 10), limit=10) == "š" * 10


@pytest.mark.parametrize("text", ["x" * 11, "x" * 1_000_000, " " * 41])
def test_clean_refuses_too_long_a_text(text):
    with pytest.raises(BadText, check=lambda error: error.reason == "too_long"):
        clean(text, limit=10)


@given(st.text(st.characters(exclude_characters=BROKEN), max_size=80), st.booleans())
def test_cleaning_twice_is_cleaning_once(text, lines):
    once = clean(text, limit=200, lines=lines)
    assert clean(once, limit=200, lines=lines) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not {"Cc", "Cf", "Cs", "Co"} & {unicodedata.category(letter) for letter in once.replace("\n", "")}
    assert lines or "\n" not in once


@pytest.mark.parametrize(("same", "key"), [
    (["nis", "Niš", "Ниш", "„НИШ“", "N\u0069s\u030c"], "nis"),
    (["Đorđe", "Djordje", "Dorde", "Ђорђе", "ĐORĐE"], "dorde"), (["Džanić", "Џанић", "dzanic"], "dzanic"),
    (['OŠ „Вук Караџић"', "oš vuk-karadžić", "OS  Vuk Karadzic"], "os vuk karadzic"), (["Љиг", "Ljig", "LJIG"], "ljig"),
    (["", "„“ - ."], ""),
])  # fmt: skip
def test_fold_gives_one_key_for_all_ways_to_write_a_name(same, key):
    assert {fold(text) for text in same} == {key}


def test_fold_keeps_different_names_apart():
    names = ["Ниш", "Нови Сад", "Чачак", "Шабац", "Житиште", "Ужице", "Црна Трава"]
    assert len({fold(name) for name in names}) == len(names)


@given(st.text(max_size=60))
def test_a_text_is_folded_letter_by_letter_as_a_whole_would_be_and_twice_is_once(text):
    """Letters are looked up one by one, for speed; what a key is, the steps on the whole text say."""
    lower = unicodedata.normalize("NFC", text).casefold().translate(FOLDED)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(letter))
    words = "".join(letter if letter.isalnum() else " " for letter in bare.casefold().translate(FOLDED))
    assert fold(text) == re.sub("dj+", "d", " ".join(words.replace("đ", "d").split()))
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=CYRILLIC + " -,.7", max_size=40))
def test_a_text_and_its_latin_form_have_one_search_key(text):
    assert fold(to_latin(text)) == fold(text)


@pytest.mark.parametrize(("cyrillic", "latin"), [
    ("Љубав Његоша и Џеп", "Ljubav Njegoša i Džep"), ("ЉУБАВ", "LJUBAV"),
    ("КРАЉ ПЕТАР, Краљ", "KRALJ PETAR, Kralj"), ("Њ. Петровић", "Nj. Petrović"),
    ("Здраво %(име)s, {број} од %d &nbsp; <b>Ћао</b>", "Zdravo %(име)s, {број} od %d &nbsp; <b>Ćao</b>"),
    ("https://example.org/R-12", "https://example.org/R-12"), ("", ""),
])  # fmt: skip
def test_to_latin_writes_as_people_do_and_leaves_placeholders(cyrillic, latin):
    assert to_latin(cyrillic) == latin


@given(st.text(alphabet=CYRILLIC + " abcXYZ0123-.,„“", max_size=60))
def test_to_latin_agrees_with_an_independent_table(text):
    assert to_latin(text).lower() == cyrtranslit.to_latin(text, "sr").lower()


@pytest.mark.parametrize("text", [
    "ana@skola.example", "ana.petrovic+posete@os-vuk.edu.rs", "o'neil@school.example", "ана@школа.срб",
    "a@b.xn--90a3ac", "Ana@ŠKOLA.example", "ana@centre.test", f"{'a' * 64}@school.example",
])  # fmt: skip
def test_an_address_is_known_as_one(text):
    assert problem_with_address(text) is None


@pytest.mark.parametrize("text", [
    "", "ana", "ana@school", "@school.example", "ana@", "ana@school..example", "ana@.example",
    "ana@school.example.", ".ana@school.example", "ana..p@school.example", "ana@b@school.example",
    "ana petrovic@school.example", "ana@school.example, mira@school.example", "<ana@school.example>",
    "=?utf-8?q?ana?=@school.example", "ana@192.168.0.1", "ana@skola.r", "ana@skola.c0m", "ana@skola.1rs",
    "ana@test", "ana@ｓkola.example", "ana@skola。example", "ana@-skola.example", "ana@skola_1.example",
    "ana@printer.local", "ana?bcc=mira@school.example", "ana%mira@school.example", "ana|mira@school.example",
    "`ana`@school.example", "=1+1@school.example", "-ana@school.example", "ана。п@школа.срб",
    '"ana"@school.example', "ana(office)@school.example", "ana@[127.0.0.1]", "Ana <ana@school.example>",
    '"ana petrovic"@school.example',
    f"{'a' * 65}@school.example", f"ana@{'a.' * 130}example",
])  # fmt: skip
def test_what_no_mail_can_reach_is_no_address(text):
    assert problem_with_address(text) is GroundReason.NOT_AN_EMAIL


@pytest.mark.parametrize("text", [
    "аna@school.example",  # a Cyrillic а
    "ana.пetrovic@school.example",
    "ana.петровић@school.example",
    "ana+ρo@school.example",  # a Greek rho
    "ana@schооl.example",
    "ана@школa.срб",  # a Latin a
    "ana@xn--entre-0ye.example",  # сentre, with a Cyrillic с
])  # fmt: skip
def test_trust_s22_an_address_whose_part_mixes_scripts_is_refused(text):
    assert problem_with_address(text) is GroundReason.ADDRESS_MIXES_SCRIPTS


@pytest.mark.parametrize(("text", "typed", "found"), [
    ("Ниш", "nis", ["Ниш"]), ("ОШ „Ђорђе Крстић“", "djordje", ["Ђорђе"]), ("Njegoš, Niš", "nj", ["Nj"]),
    ("Његош", "nj", ["Њ"]), ("Бранислав", "nis", ["нис"]), ("Vuk Karadžić", "kar vuk", ["Vuk", "Kar"]),
    ("Vuk", "zz", []), ("Vuk", "", []),
])  # fmt: skip
def test_marked_shows_what_somebody_looked_for(text, typed, found):
    pieces = marked(text, typed)
    assert "".join(piece for piece, _hit in pieces) == text
    assert [piece for piece, hit in pieces if hit] == found


def test_of_plain_letters_nothing_falls_away():
    """So nobody looks at each of them: the whole of what may stand in such a text, and neighbours of every kind."""
    plain = [letter for letter in map(chr, range(0x3000)) if of_text.PLAIN.fullmatch(letter)]
    assert {*"aZ9 ~\nčćžšđČĆŽŠĐљњђћџЉЊЂЋЏéő"} <= set(plain)
    for letter in plain:
        pairs = "".join(f"{letter}{other}" for other in plain)
        assert of_text._composed(pairs) == pairs


@given(st.text(alphabet="abcČćђЉ09 -.\u0301\u200b\ufe0f\u00ad\t\x7f", max_size=30))
def test_a_text_with_one_letter_that_is_not_plain_is_looked_through_whole(text):
    whole = of_text.LINE_ENDS.sub("\n", text).replace("\t", " ")
    assert of_text.tidy(text, limit=200) == " ".join(of_text._composed(whole).split())


ENDS = "rs|com|example|test|local|c|xn--p1ai|r5"
ADDRESSES = st.from_regex(rf"[A-Za-z0-9._+-]{{1,66}}@[A-Za-z0-9.-]{{1,20}}(\.({ENDS}))?", fullmatch=True)


@given(ADDRESSES | st.emails())
def test_the_domain_behind_a_plain_name_is_read_as_that_of_the_whole_address(address):
    whole = of_text._domain_read(address) if len(address) <= of_text.ADDRESS_LENGTH else ""
    assert of_text._domain_of(address) == whole


@given(st.text(alphabet="abАБαβ09 _!ж", max_size=20))
def test_the_scripts_of_a_text_are_those_of_its_letters(text):
    named = {unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha()}
    assert of_text.scripts_of(text) == named & set(of_text.SCRIPTS)


# A name is made of letters that every paper prints, each word in one script (TRUST S22).


@pytest.mark.parametrize("name", [
    "", "Ана", "Ana Đurić-Petrović", "Љубинка Њежић", "D'Artagnan", "ОШ „Вук Караџић“ бр. 7",
    "Ана Smith",  # two words, each in its script
    "Győző Ľudmila Țăranu Şükrü", "К-19",
])  # fmt: skip
def test_trust_s22_names_of_both_scripts_are_taken(name: str):
    assert problem_with_name(name) is None


@pytest.mark.parametrize(("name", "reason"), [
    (".", GroundReason.NO_LETTER), ("- 7 -", GroundReason.NO_LETTER),
    ("Aна", GroundReason.MIXED_SCRIPTS),  # a Latin A
    ("Маrko Петровић", GroundReason.MIXED_SCRIPTS), ("Ρetar", GroundReason.MIXED_SCRIPTS),  # a Greek Rho
    ("山田", GroundReason.UNPRINTABLE), ("Ана 😀", GroundReason.UNPRINTABLE), ("𝐀na", GroundReason.UNPRINTABLE),
])  # fmt: skip
def test_trust_s22_a_name_that_would_not_be_read_as_it_is_stored_is_refused(name: str, reason: GroundReason):
    assert problem_with_name(clean(name, limit=80)) is reason


def test_an_official_register_may_mix_scripts_but_not_hold_what_no_paper_prints():
    assert problem_with_register_name("Kула") is None
    assert problem_with_register_name("Kула 山") is GroundReason.UNPRINTABLE
    assert problem_with_register_name(".") is GroundReason.NO_LETTER


# --- a name in two scripts: as its owner writes it, or derived from Cyrillic, never the other way ---


@pytest.mark.parametrize(("name", "other", "cyrillic", "latin"), [
    ("Љиљана Џодић", "", "Љиљана Џодић", "Ljiljana Džodić"),
    ("Ђорђе Његош", "Djordje Njegosh", "Ђорђе Његош", "Djordje Njegosh"),
    ("Ljiljana Džodić", "", "Ljiljana Džodić", "Ljiljana Džodić"),
    ("Szabó Katalin", "Каталин Сабо", "Каталин Сабо", "Szabó Katalin"),
    ("Марко Smith", "", "Марко Smith", "Marko Smith"), ("Алексей", "", "Алексей", "Алексей"), ("", "", "", ""),
])  # fmt: skip
def test_a_name_is_read_in_the_letters_of_the_reader(name, other, cyrillic, latin):
    one = SpelledName(name, other)
    assert [spelled(one, language) for language in ("sr_Cyrl", "sr_Latn", "en")] == [cyrillic, latin, latin]
    assert type(spelled(one, "en")) is str


def test_a_name_known_in_one_spelling_and_one_without_a_surname_are_read_too():
    assert spelled("Вера Антић", "en") == "Vera Antić"
    assert spelled("Vera Antić", "sr_Cyrl") == "Vera Antić"
    whole = whole_name(SpelledName("Вера", "Vera"), SpelledName("Сабо", "Szabó"))
    assert (whole, whole.other) == ("Вера Сабо", "Vera Szabó")
    assert (whole_name("Вера", ""), whole_name("Вера", "").other) == ("Вера", "")


def test_the_other_spelling_is_carried_by_copies_is_no_other_name_and_is_marked_where_it_is_derived():
    one = SpelledName("Вера", "Wera")

    assert copy.deepcopy(one).other == pickle.loads(pickle.dumps(one)).other == "Wera"
    assert one == "Вера"
    assert hash(one) == hash("Вера")

    assert other_spelling(SpelledName("Вера", "Wera")) == ("Wera", False)
    assert (other_spelling("Вера"), other_spelling("Vera")) == (("Vera", True), ("", False))
    assert other_spelling("Алексей") == ("", False)

    assert spellings(SpelledName("Сабо", "Szabó")) == ("Сабо", "Szabó", "Sabo")
    assert spellings("Sabo") == ("Sabo",)


@pytest.mark.parametrize(("name", "other", "problem"), [
    ("Вера", "Vera", None), ("Vera", "Вера", None), ("Вера", "", None),
    ("Вера", "Вјера", GroundReason.SAME_LETTERS), ("Vera", "Wera", GroundReason.SAME_LETTERS),
    ("Вера", "Veра", GroundReason.MIXED_SCRIPTS), ("Вера", "123", GroundReason.NO_LETTER),
    ("Вера", "薇拉", GroundReason.UNPRINTABLE),
])  # fmt: skip
def test_the_other_spelling_is_a_name_in_the_other_letters(name, other, problem):
    assert problem_with_other_name(name, other) == problem


# The citizen's number is found however it is written, and nothing else is taken for one (TRUST S43).

INVENTED = "0101990710008"  # 1 January 1990; the last digit checks
WIDE = INVENTED.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
ARABIC = INVENTED.translate({ord(str(digit)): chr(0x0660 + digit) for digit in range(10)})
RAISED = INVENTED.translate({ord(str(digit)): "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit] for digit in range(10)})

# Two telephone numbers; thirteen digits that stretch from one into the other check.
SIDE_BY_SIDE = (
    "061/099-79-24; 013/431066", "061 1015834 +381 31 818 6719", "063/020 6996 / 011-493 37 22",
    "+381 69 123 3108 034-667191", "061 198/274; 0230/761/09",
)  # fmt: skip


@pytest.mark.parametrize("written", [
    INVENTED, "0101990 710008", "01.01.990-710008", "01/01/990/71 0008", "0101990–71–0008", "0101990 - 710008",
    " ".join(INVENTED), "\u200b".join(INVENTED), "\ufe0f\u20e3".join(INVENTED) + "\ufe0f\u20e3", WIDE, ARABIC,
    RAISED, f"ЈМБГ:{INVENTED}, Ана", f"broj{INVENTED}x", f"{INVENTED} {INVENTED}",
    f"VII-2 {INVENTED[:7]} {INVENTED[7:]} 24", "0101990\n710008", "0101990:710008", "(0101990) 710008",
    "0101990 | 710008", "0101990 --- 710008", "0101990 . . 710008",
    INVENTED.translate({ord(str(digit)): "〇一二三四五六七八九"[digit] for digit in range(10)}),
    INVENTED.translate({ord(str(digit)): "🄋➀➁➂➃➄➅➆➇➈"[digit] for digit in range(10)}),
    INVENTED.translate({ord(str(digit)): "0⑴⑵⑶⑷⑸⑹⑺⑻⑼"[digit] for digit in range(10)}),
])  # fmt: skip
def test_trust_s43_an_identity_number_is_refused_however_it_is_written(written: str):
    assert has_identity_number(written)
    with pytest.raises(BadText, check=lambda error: error.reason == GroundReason.IDENTITY_NUMBER):
        clean(written, limit=200, lines=True)


@pytest.mark.parametrize("written", [
    "", INVENTED[:-1], INVENTED[:-1] + "9",  # the last digit does not check
    "3102990710008",  # no 31 February
    INVENTED + "1",  # a longer number is none
    "1" + INVENTED, "9788612345678",  # a book
    "160-0000000001234-56",  # an account
    "+381 64 123 45 67, 018 555 123", "+381 (0)64 123-45-67; 00381 11 3340 511",
    "8:00–8:45, 9:00–9:45, 10:05–10:50", "½ 101990710008", "12. 5. 2027. 13:00–13:45, VII-1 i VII-2, 24 + 25",
    "0101990 a 710008", *SIDE_BY_SIDE,
])  # fmt: skip
def test_what_is_no_identity_number_stays(written: str):
    assert not has_identity_number(written)
    assert clean(written, limit=200) == written


@pytest.mark.parametrize("written", ["0104980096602", "010 4980 096 602", "0104980-096602", "01.04.980 09 6602"])
def test_a_number_that_could_be_dialled_as_well_is_refused(written: str):
    """The library's plan of our country takes these for one long telephone number, or for two."""
    assert has_identity_number(written)
    assert has_identity_number(f"{written}, 064 123 4567")
    assert has_identity_number(f"064 123 4567, {written}")


@given(first=st.text("0123456789", min_size=LENGTH - 1, max_size=LENGTH - 1))
def test_of_thirteen_digits_at_most_one_last_digit_checks(first: str):
    found = [last for last in "0123456789" if has_identity_number(first + last)]
    rest = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first, strict=True)) % 11
    assert len(found) <= 1
    assert all((rest + int(last)) % 11 == 0 for last in found)


# --- a text about children names nobody: no number, no telephone, no person ---


@pytest.mark.parametrize(("text", "reason"), [
    ("Јављено на 064 123 45 67 јуче", GroundReason.PHONE_IN_TEXT),
    ("Call +381 11 3000 000", GroundReason.PHONE_IN_TEXT), ("ЈМБГ 0101990710008", GroundReason.IDENTITY_NUMBER),
    ("Марко је написао поруку", GroundReason.NAME_IN_TEXT), ("Поруку је добила Јелена.", GroundReason.NAME_IN_TEXT),
    ("Rekla je Jeleni da dođe", GroundReason.NAME_IN_TEXT), ("наставник Петровић из школе", GroundReason.NAME_IN_TEXT),
    ("with Petrovic of 7b", GroundReason.NAME_IN_TEXT), ("Pismo Petra iz razreda", GroundReason.NAME_IN_TEXT),
    ("О томе је причала са Станковићевом", GroundReason.NAME_IN_TEXT),
])  # fmt: skip
def test_what_names_somebody_is_refused_with_the_reason(text, reason):
    assert personal_in(text) is reason


@pytest.mark.parametrize("text", [
    "", "Зовите 19833 или 192.", "Ученица седмог разреда добила је поруку у 22:15, 14. 3. 2026.",
    "Улица је мокра, Девојчица чека. Младић пише.", "Do midnight on 31 August 2026 it cost 1.250 dinars",
    "Колачићи на сајту и Цртић на телевизији", "Instagram, Viber i TikTok u Novom Sadu",
])  # fmt: skip
def test_what_names_nobody_is_taken(text):
    assert personal_in(text) is None


def test_no_case_that_is_shipped_names_anybody():
    assert [one.code for one in shipped_cases() if problems_with_case(one)] == []
    assert len(shipped_cases()) >= 5


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_a_text_that_begins_like_a_formula_gets_a_mark_in_front(start):
    assert f"'{start}1" in csv_text(["a"], [[f"{start}1"]])


def test_numbers_stay_numbers_and_a_file_for_people_has_the_mark_semicolons_and_commas():
    assert csv_text(["a", "b"], [[-5, "x, y"]]) == 'a,b\r\n-5,"x, y"\r\n'

    assert csv_for_people(["Град", "Ученици"], [["Ниш; Медијана", 5]]) == (
        '\ufeffГрад;Ученици\r\n"Ниш; Медијана";5\r\n'.encode()
    )

    assert csv_for_people(["Километара"], [[12.5], [Decimal("0.25")], [7], ["1.5"]]) == (
        "\ufeffКилометара\r\n12,5\r\n0,25\r\n7\r\n1.5\r\n".encode()
    )


@pytest.mark.parametrize(("text", "written"), [
    ("x;=1+1", "x;'=1+1"), ("x; -2", "x;' -2"), (" =1", "' =1"), ("a\n@b", "a\n'@b"),
    ("Ниш-центар; Медијана", "Ниш-центар; Медијана"), ("+381 18 123", "'+381 18 123"),
])  # fmt: skip
def test_trust_s18_a_semicolon_may_end_a_cell_too(text, written):
    assert next(csv.reader(csv_text(["a"], [[text]]).splitlines(keepends=True)[1:])) == [written]
