"""Words, days and numbers in each language; the clock of a centre; how lists are ordered and cut into pages."""

import datetime as dt
import io
import random
from dataclasses import replace

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column

from scheduler import config
from scheduler.core import catalogue, clock, language
from scheduler.core.alphabet import CYRILLIC_ORDER, LATIN_ORDER, alphabet_key
from scheduler.core.language import FOLDER, best_language, translator
from scheduler.core.paging import LAST_PAGE, page_number
from scheduler.core.sorting import Sort, in_order, ordered_by, sort_asked
from scheduler.core.typed_days import YearMeant, day_typed

TUESDAY = dt.date(2026, 11, 24)


@pytest.fixture
def one_plural(tmp_path, monkeypatch):
    """One plural, translated, in a folder of its own."""
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    translator.cache_clear()
    path = language.catalogue_path("sr_Cyrl")
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: sr_Cyrl\\n"\n'
        '"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4'
        ' && (n%100<10 || n%100>=20) ? 1 : 2);\\n"\n\n'
        'msgid "Visit"\nmsgstr "Посета"\n\n'
        'msgid "%(num)s visit"\nmsgid_plural "%(num)s visits"\n'
        'msgstr[0] "%(num)s посета"\nmsgstr[1] "%(num)s посете"\nmsgstr[2] "%(num)s посета (много)"\n'
    )
    yield
    translator.cache_clear()


def test_translator_reads_three_plural_forms_and_refuses_a_language_we_do_not_speak(one_plural):
    words = translator("sr_Cyrl")

    assert words.gettext("Visit") == "Посета"
    assert [words.ngettext("%(num)s visit", "%(num)s visits", n) for n in (1, 2, 5, 21)] == [
        "%(num)s посета", "%(num)s посете", "%(num)s посета (много)", "%(num)s посета",
    ]  # fmt: skip
    assert translator("en").gettext("Visit") == "Visit"
    assert translator("en").ngettext("%(num)s visit", "%(num)s visits", 2) == "%(num)s visits"

    with pytest.raises(ValueError, match="de"):
        translator("de")


@pytest.mark.parametrize(("header", "best"), [
    (None, "sr_Cyrl"), ("", "sr_Cyrl"), ("sr", "sr_Cyrl"), ("sr-RS,sr;q=0.9,en;q=0.8", "sr_Cyrl"),
    ("sr-Cyrl-RS", "sr_Cyrl"), ("sr-Latn-RS,sr;q=0.9", "sr_Latn"), ("bs", "sr_Latn"), ("hr-HR,hr;q=0.9", "sr_Latn"),
    ("cnr", "sr_Latn"), ("en-GB", "en"), ("de-AT,de;q=0.9", "en"), ("de,sr-Latn;q=0.5", "sr_Latn"),
    ("en;q=0.3,sr;q=0.7", "sr_Cyrl"), ("sr;q=0,en", "en"), ("*", "sr_Cyrl"), (";;,q=,en;q=x", "sr_Cyrl"),
    ("hr," * 100_000, "sr_Latn"),
])  # fmt: skip
def test_best_language_follows_the_browsers_first_wish_that_we_speak(header, best):
    assert best_language(header) == best


@pytest.mark.parametrize(("lang", "long", "short", "moment"), [
    ("sr_Cyrl", "уторак, 24. новембар 2026.", "24. 11. 2026.", "уторак, 24. новембар 2026. у 09:55"),
    ("sr_Latn", "utorak, 24. novembar 2026.", "24. 11. 2026.", "utorak, 24. novembar 2026. u 09:55"),
    ("en", "Tuesday, 24 November 2026", "24 Nov 2026", "Tuesday, 24 November 2026 at 09:55"),
])  # fmt: skip
def test_days_and_moments_are_written_as_readers_expect(lang, long, short, moment):
    utc = dt.datetime(2026, 11, 24, 8, 55, tzinfo=dt.UTC)
    assert language.long_day(TUESDAY, lang) == long
    assert language.short_day(TUESDAY, lang) == short
    assert language.moment(utc, lang, "Europe/Belgrade") == moment


def test_after_a_preposition_serbian_bends_every_day_of_the_week_and_every_month():
    said = [language.genitive_day(dt.date(2026, month, month), "sr_Cyrl") for month in range(1, 13)]
    assert said[:7] == [
        "четвртка, 1. јануара 2026.", "понедељка, 2. фебруара 2026.", "уторка, 3. марта 2026.",
        "суботе, 4. априла 2026.", "уторка, 5. маја 2026.", "суботе, 6. јуна 2026.", "уторка, 7. јула 2026.",
    ]  # fmt: skip
    assert said[7:] == [
        "суботе, 8. августа 2026.", "среде, 9. септембра 2026.", "суботе, 10. октобра 2026.",
        "среде, 11. новембра 2026.", "суботе, 12. децембра 2026.",
    ]  # fmt: skip
    assert language.genitive_day(dt.date(2026, 12, 18), "sr_Latn") == "petka, 18. decembra 2026."
    assert language.genitive_day(dt.date(2026, 12, 20), "sr_Cyrl") == "недеље, 20. децембра 2026."
    utc = dt.datetime(2026, 11, 24, 8, 55, tzinfo=dt.UTC)
    assert language.genitive_moment(utc, "sr_Cyrl", "Europe/Belgrade") == "уторка, 24. новембра 2026. у 09:55"
    assert language.genitive_moment(utc, "en", "Europe/Belgrade") == language.moment(utc, "en", "Europe/Belgrade")


def test_today_is_the_centres_day_and_a_moment_follows_the_clock_change(app: Flask) -> None:
    before, after = (dt.datetime(2027, 3, day, 8, 0, tzinfo=dt.UTC) for day in (27, 28))
    assert language.moment(before, "en", "Europe/Belgrade").endswith("at 09:00")
    assert language.moment(after, "en", "Europe/Belgrade").endswith("at 10:00")

    asked = [(day, dt.time(hour, 30)) for day in (DAY_CLOCKS_GO_FORWARD, DAY_CLOCKS_GO_BACK) for hour in (1, 2, 3)]

    assert [clock.is_doubled(*one) for one in asked] == [False, False, False, False, True, False]
    assert [clock.is_shown(*one) for one in asked] == [True, False, True, True, True, True]

    late = dt.datetime(2026, 9, 14, 23, 30, tzinfo=dt.UTC)
    assert clock.local_day(late) == dt.date(2026, 9, 15)

    config.use(replace(app.config["SETTINGS"], centre_timezone="America/Toronto"))
    assert clock.local_day(late) == dt.date(2026, 9, 14)
    config.use(app.config["SETTINGS"])


def test_numbers_and_the_script_of_a_stored_name_follow_the_reader():
    assert [language.number(7803, lang) for lang in language.LANGUAGES] == ["7.803", "7.803", "7,803"]
    assert [language.percent(0.62, lang) for lang in language.LANGUAGES] == ["62\u00a0%", "62\u00a0%", "62%"]

    assert [language.pick(lang, "Ниш", "Niš") for lang in language.LANGUAGES] == ["Ниш", "Niš", "Niš"]
    assert [language.html_lang(lang) for lang in language.LANGUAGES] == ["sr-Cyrl", "sr-Latn", "en"]
    assert [language.is_cyrillic(lang) for lang in ("sr_Cyrl", "sr_Latn", "mk", "hu", "en")] == [1, 0, 1, 0, 0]
    assert [language.worded(lang, "Дан", "Dan", "Day") for lang in ("sr_Cyrl", "sr_Latn", "en", "hu")] == [
        "Дан", "Dan", "Day", "Day",
    ]  # fmt: skip


@pytest.mark.parametrize(("last", "cyrl", "english"), [
    (TUESDAY, "24. новембар 2026.", "24 November 2026"),
    (dt.date(2026, 11, 26), "24–26. новембар 2026.", "24–26 November 2026"),
    (dt.date(2026, 12, 2), "24. новембар – 2. децембар 2026.", "24 November – 2 December 2026"),
    (dt.date(2027, 1, 2), "24. новембар 2026. – 2. јануар 2027.", "24 November 2026 – 2 January 2027"),
])  # fmt: skip
def test_a_span_of_days_says_each_month_and_year_once(last, cyrl, english):
    assert language.span_of_days(TUESDAY, last, "sr_Cyrl") == cyrl
    assert language.span_of_days(TUESDAY, last, "en") == english


@pytest.mark.parametrize(("lang", "long", "share", "span"), [
    ("hu", "2026. november 24., kedd", "62%", "2026. nov. 24–26."),
    ("de", "Dienstag, 24. November 2026", "62\u00a0%", "24.–26. Nov. 2026"),
])  # fmt: skip
def test_a_language_added_later_writes_days_and_numbers_its_own_way(lang, long, share, span):
    assert language.long_day(TUESDAY, lang) == long
    assert language.percent(0.62, lang) == share
    assert language.span_of_days(TUESDAY, TUESDAY + dt.timedelta(days=2), lang) == span


# --- our reader of translations beside the library's, which tools and translators use ---


HOSTILE = r"""
# a translator's word
#. ours
#: a/place.py:12
#, python-format
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Language: sr_Cyrl\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

msgid "over "
"two lines"
msgstr ""
"у два\n"
"реда \"под наводницима\" \\ и\tдаље"

#, fuzzy, python-format
msgid "doubtful %(n)s"
msgstr "сумњиво %(n)s"

msgid "after the doubtful one"
msgstr "после сумњивог"

msgid "not translated"
msgstr ""

msgctxt "of a day"
msgid "open"
msgstr "радан"

msgid "open"
msgstr "отворено"

msgid "%(num)s visit"
msgid_plural "%(num)s visits"
msgstr[0] "%(num)s посета"
msgstr[1] ""
msgstr[2] "%(num)s посета (много)"

#~ msgid "struck out"
#~ msgstr "прецртано"
"""


def by_the_library(text: str) -> Translations:
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(text.encode())))
    compiled.seek(0)
    return Translations(compiled)


def catalogues() -> list[str]:
    return [HOSTILE, *(path.read_text("utf-8") for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")))]


@pytest.mark.parametrize("text", catalogues(), ids=["a hostile one", "Cyrillic"])
def test_every_word_is_what_the_library_reads(text):
    ours, theirs = catalogue.read(text.splitlines(keepends=True)), by_the_library(text)
    known = {key: words for key, words in theirs._catalog.items() if key != ""}
    assert ours.words == known
    assert len(known) >= 6
    assert [ours.plural(n) for n in range(130)] == [theirs.plural(n) for n in range(130)]


def test_a_plural_that_nobody_translated_and_a_catalogue_without_a_word_about_plurals_count_as_english_does():
    header = HOSTILE[HOSTILE.index('msgid ""') : HOSTILE.index('msgid "over')]
    dog = 'msgid "%(num)s dog"\nmsgid_plural "%(num)s dogs"\nmsgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n'
    bare = catalogue.read((header + dog).splitlines(keepends=True))
    words = catalogue.read(['msgid "%(num)s dog"\n', 'msgid_plural "%(num)s dogs"\n', 'msgstr[0] "Hund"\n',
                            'msgstr[1] "Hunde"\n'])  # fmt: skip

    untranslated = [bare.ngettext("%(num)s dog", "%(num)s dogs", n) for n in (1, 2, 21)]
    assert untranslated == ["%(num)s dog", "%(num)s dogs", "%(num)s dogs"]
    assert [words.ngettext("%(num)s dog", "%(num)s dogs", n) for n in (0, 1, 2)] == ["Hunde", "Hund", "Hunde"]


@pytest.mark.parametrize("line", ['"words of nothing"', "msgid without quotes", "<<<<<<< HEAD"])
def test_a_line_that_is_none_is_told(line):
    with pytest.raises(catalogue.BadCatalogue, match=line[:5]):
        catalogue.read([line])


# Wall clocks of Belgrade and moments in UTC.

DAY_CLOCKS_GO_FORWARD = dt.date(2027, 3, 28)
DAY_CLOCKS_GO_BACK = dt.date(2027, 10, 31)


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [(dt.date(2027, 3, 27), 9), (DAY_CLOCKS_GO_FORWARD, 8), (dt.date(2027, 10, 30), 8), (DAY_CLOCKS_GO_BACK, 9)],
)
def test_ten_o_clock_stays_ten_o_clock_across_both_clock_changes(day: dt.date, utc_hour: int) -> None:
    moment = clock.moment_of(day, dt.time(10, 0))
    assert moment == dt.datetime.combine(day, dt.time(utc_hour, 0), tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("fold", "utc_hour"), [(0, 0), (1, 1)], ids=["the earlier", "the later where somebody says so"]
)
def test_a_doubled_time_is_one_of_two_and_a_time_that_the_clocks_jump_over_is_refused(fold: int, utc_hour: int) -> None:
    time = dt.time(2, 30, fold=fold)
    assert clock.moment_of(DAY_CLOCKS_GO_BACK, time) == dt.datetime(2027, 10, 31, utc_hour, 30, tzinfo=dt.UTC)
    with pytest.raises(ValueError, match="jump over"):
        clock.moment_of(DAY_CLOCKS_GO_FORWARD, time)


@given(
    day=st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31)),
    hour=st.integers(4, 23),  # the clocks change between two and three
    minute=st.integers(0, 59),
)
def test_the_wall_clock_comes_back_from_the_moment(day: dt.date, hour: int, minute: int) -> None:
    moment = clock.moment_of(day, dt.time(hour, minute))
    assert clock.local_day(moment, clock.BELGRADE) == day
    assert moment.utcoffset() == dt.timedelta(0)


# --- a day as people write it, in three scripts ---


TODAY = dt.date(2026, 9, 14)
CHRISTMAS_PARTY = dt.date(2026, 12, 16)


@pytest.mark.parametrize("typed", [
    "16.12.2026.", "16.12.", "16.12", "16/12", "16,12", "16. 12. 26.", "16.12.2026. године", "2026-12-16",
    "16. decembar", "16. decembra 2026. god.", "16. децембар", "16.децембра", "16 дец", "16. XII", "16 Dec",
    "16 December 26", "16th December", "December 16, 2026", "Dec 16", "среда, 16. децембар 2026.", "sreda 16.12.",
    "Wed 16 Dec",
])  # fmt: skip
def test_one_day_in_many_words(typed):
    assert day_typed(typed, TODAY) == CHRISTMAS_PARTY


@pytest.mark.parametrize(("typed", "meant", "day"), [
    ("14.9.", YearMeant.NEXT, TODAY), ("13. septembar", YearMeant.NEXT, dt.date(2027, 9, 13)),
    ("8.1.", YearMeant.NEXT, dt.date(2027, 1, 8)), ("29. фебруар", YearMeant.NEXT, dt.date(2028, 2, 29)),
    ("1 May", YearMeant.NEXT, dt.date(2027, 5, 1)), ("1. август", YearMeant.NEXT, dt.date(2027, 8, 1)),
    ("3 Oct", YearMeant.NEXT, dt.date(2026, 10, 3)), ("14.9.", YearMeant.LAST, TODAY),
    ("16. decembar", YearMeant.LAST, dt.date(2025, 12, 16)), ("29.2.", YearMeant.LAST, dt.date(2024, 2, 29)),
    ("16.12.", YearMeant.NONE, None),  # of a birth date the year is said
    ("16.12.2010.", YearMeant.NONE, dt.date(2010, 12, 16)),
])  # fmt: skip
def test_without_its_year_it_is_the_nearest_of_those_that_are_meant(typed, meant, day):
    assert day_typed(typed, TODAY, meant) == day


@pytest.mark.parametrize(
    "typed",
    ["31.2.", "16.13.", "16. nikad", "decembar", "16", "четвртак 16.12.", "9:55", "0.0.", "12.2026.", "16.12.026"],
)
def test_what_is_no_day_or_another_weekday_is_none(typed):
    assert day_typed(typed, TODAY) is None


# How lists are ordered and cut into pages.

ALLOWED = {"host": (column("name"), column("place")), "day": (column("on_day"),)}


@pytest.mark.parametrize(("typed", "sort"), [
    ("host", Sort("host")), ("-day", Sort("day", down=True)),
    *((typed, None) for typed in (None, "", "-", "--day", "Host", "name; DROP TABLE host", "0" * 5000)),
])  # fmt: skip
def test_an_address_sorts_only_by_what_the_list_allows(typed, sort):
    assert sort_asked(typed, ALLOWED) == sort


def test_what_an_address_sorts_comes_back_and_rows_at_hand_keep_their_order_among_equals():
    for typed in ("host", "-host"):
        assert str(sort_asked(typed, ALLOWED)) == typed
        assert sort_asked(typed, ALLOWED).turned().turned() == sort_asked(typed, ALLOWED)

    rows, keys = ["b1", "a1", "b2", "a2"], {"letter": lambda row: row[0]}
    assert in_order(rows, Sort("letter"), keys) == ["a1", "a2", "b1", "b2"]
    assert in_order(rows, Sort("letter", True), keys) == ["b1", "b2", "a1", "a2"]
    assert in_order(rows, Sort("unknown"), keys) == rows


@pytest.mark.parametrize(
    ("sort", "written"),
    [(Sort("host"), ["name ASC", "place ASC"]), (Sort("day", True), ["on_day DESC"]), (Sort("x"), []), (None, [])],
)
def test_rows_of_the_database_are_ordered_by_the_columns_of_the_table(sort, written):
    assert [str(one) for one in ordered_by(sort, ALLOWED)] == written


@pytest.mark.parametrize(
    ("typed", "number"),
    [(None, 1), ("", 1), ("0", 1), ("-1", 1), ("²", 1), ("٣", 1), ("x", 1), ("7", 7), ("9" * 5000, LAST_PAGE)],
)
def test_an_address_may_ask_for_any_page(typed, number):
    assert page_number(typed) == number


# --- words stand as a Serbian reader looks for them, in either script ---


@pytest.mark.parametrize("words", [
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
])  # fmt: skip
def test_words_stand_by_the_alphabet_of_their_script(words):
    assert sorted(random.Random(7).sample(words, len(words)), key=alphabet_key) == words


@pytest.mark.parametrize("order", [LATIN_ORDER, CYRILLIC_ORDER])
def test_every_letter_has_its_place_in_both_cases(order):
    assert sorted(set(order), key=alphabet_key) == order
    assert sorted((letter.upper() for letter in reversed(order)), key=alphabet_key) == [one.upper() for one in order]


def test_one_sign_for_two_letters_is_those_two():
    assert alphabet_key("ǈubovija")[0] == alphabet_key("Ljubovija")[0]
