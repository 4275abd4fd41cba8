import re
import unicodedata

import cyrtranslit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.core import text as of_text
from scheduler.core.errors import GroundReason
from scheduler.core.text import BROKEN, FOLDED, LATIN, BadText, clean, fold, marked, problem_with_address, to_latin

CYRILLIC = "".join(LATIN) + "".join(LATIN).upper()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Основна \t школа\r\n„Вук“ ", "Основна школа „Вук“"), ("s\u030ckola", "škola"),
        ("ab\u202ecd\u200be\ufefff", "abcdef"), ("a\x00b\x0bc\x0cd\x85e\u2028f", "ab c d e f"),
        ("\U000e0041x\ue000\ud800", "x"), ("Z\u0301\u0302\u0303\u0304\u0305", "Ź\u0302\u0303"),
        ("soft\u00adhyphen no\u00a0break", "softhyphen no break"),
        ("Ђорђе Ђенић-Ћосић, бр. 7", "Ђорђе Ђенић-Ћосић, бр. 7"), ("\u2800\u3164", ""),
    ],
)  # fmt: skip
def test_clean_keeps_what_can_be_seen(typed, kept):
    assert clean(typed, limit=60) == kept


def test_clean_keeps_lines_where_wanted_and_measures_what_is_kept():
    typed = " first  line \r\n\r\n\r\n\r\nsecond\u2028third\n"

    assert clean(typed, limit=100, lines=True) == "first line\n\nsecond\nthird"

    assert clean("š" * 10, limit=10) == clean(unicodedata.normalize("NFD", "š" * 10), limit=10) == "š" * 10


@pytest.mark.parametrize("text", ["x" * 11, "x" * 1_000_000, " " * 41])
def test_clean_refuses_too_long_a_text(text):
    with pytest.raises(BadText) as refusal:
        clean(text, limit=10)

    assert refusal.value.reason == "too_long"


@given(st.text(st.characters(exclude_characters=BROKEN), max_size=80), st.booleans())
def test_cleaning_twice_is_cleaning_once(text, lines):
    once = clean(text, limit=200, lines=lines)

    assert clean(once, limit=200, lines=lines) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not {"Cc", "Cf", "Cs", "Co"} & {unicodedata.category(letter) for letter in once.replace("\n", "")}
    assert lines or "\n" not in once


@pytest.mark.parametrize(
    ("same", "key"),
    [
        (["nis", "Niš", "Ниш", "„НИШ“", "N\u0069s\u030c"], "nis"),
        (["Đorđe", "Djordje", "Dorde", "Ђорђе", "ĐORĐE"], "dorde"),
        (["Džanić", "Џанић", "dzanic"], "dzanic"),
        (['OŠ „Вук Караџић"', "oš vuk-karadžić", "OS  Vuk Karadzic"], "os vuk karadzic"),
        (["Љиг", "Ljig", "LJIG"], "ljig"),
        (["", "„“ - ."], ""),
    ],
)
def test_fold_gives_one_key_for_all_ways_to_write_a_name(same, key):
    assert {fold(text) for text in same} == {key}


def test_fold_keeps_different_names_apart():
    names = ["Ниш", "Нови Сад", "Чачак", "Шабац", "Житиште", "Ужице", "Црна Трава"]

    assert len({fold(name) for name in names}) == len(names)


@given(st.text(max_size=60))
def test_a_text_is_folded_letter_by_letter_as_a_whole_would_be(text):
    """Letters are looked up one by one, for speed; what a key is, the steps on the whole text say."""
    lower = unicodedata.normalize("NFC", text).casefold().translate(FOLDED)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(letter))
    words = "".join(letter if letter.isalnum() else " " for letter in bare.casefold().translate(FOLDED))

    assert fold(text) == re.sub("dj+", "d", " ".join(words.replace("đ", "d").split()))


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=CYRILLIC + " -,.7", max_size=40))
def test_a_text_and_its_latin_form_have_one_search_key(text):
    assert fold(to_latin(text)) == fold(text)


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Љубав Његоша и Џеп", "Ljubav Njegoša i Džep"), ("ЉУБАВ", "LJUBAV"),
        ("КРАЉ ПЕТАР, Краљ", "KRALJ PETAR, Kralj"), ("Њ. Петровић", "Nj. Petrović"),
        ("Здраво %(име)s, {број} од %d &nbsp; <b>Ћао</b>", "Zdravo %(име)s, {број} od %d &nbsp; <b>Ćao</b>"),
        ("https://example.org/R-12", "https://example.org/R-12"), ("", ""),
    ],
)  # fmt: skip
def test_to_latin_writes_as_people_do_and_leaves_placeholders(cyrillic, latin):
    assert to_latin(cyrillic) == latin


@given(st.text(alphabet=CYRILLIC + " abcXYZ0123-.,„“", max_size=60))
def test_to_latin_agrees_with_an_independent_table(text):
    assert to_latin(text).lower() == cyrtranslit.to_latin(text, "sr").lower()


@pytest.mark.parametrize(
    "text",
    [
        "ana@skola.example", "ana.petrovic+posete@os-vuk.edu.rs", "o'neil@school.example", "ана@школа.срб",
        "a@b.xn--90a3ac", "Ana@ŠKOLA.example", "ana@centre.test", f"{'a' * 64}@school.example",
    ],
)  # fmt: skip
def test_an_address_is_known_as_one(text):
    assert problem_with_address(text) is None


@pytest.mark.parametrize(
    "text",
    [
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
    ],
)  # fmt: skip
def test_what_no_mail_can_reach_is_no_address(text):
    assert problem_with_address(text) is GroundReason.NOT_AN_EMAIL


@pytest.mark.parametrize(
    "text",
    [
        "аna@school.example",  # a Cyrillic а
        "ana.пetrovic@school.example",
        "ana.петровић@school.example",
        "ana+ρo@school.example",  # a Greek rho
        "ana@schооl.example",
        "ана@школa.срб",  # a Latin a
        "ana@xn--entre-0ye.example",  # сentre, with a Cyrillic с
    ],
)
def test_trust_s22_an_address_whose_part_mixes_scripts_is_refused(text):
    assert problem_with_address(text) is GroundReason.ADDRESS_MIXES_SCRIPTS


@pytest.mark.parametrize(
    ("text", "typed", "found"),
    [
        ("Ниш", "nis", ["Ниш"]), ("ОШ „Ђорђе Крстић“", "djordje", ["Ђорђе"]), ("Njegoš, Niš", "nj", ["Nj"]),
        ("Његош", "nj", ["Њ"]), ("Бранислав", "nis", ["нис"]), ("Vuk Karadžić", "kar vuk", ["Vuk", "Kar"]),
        ("Vuk", "zz", []), ("Vuk", "", []),
    ],
)  # fmt: skip
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
