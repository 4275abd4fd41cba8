"""Words, days and numbers in each language, and how translations are read."""

import datetime as dt
import io

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from scheduler.core import catalogue, language
from scheduler.core.language import FOLDER, best_language, translator

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


@pytest.mark.parametrize(
    ("header", "best"),
    [
        (None, "sr_Cyrl"), ("", "sr_Cyrl"), ("sr", "sr_Cyrl"), ("sr-RS,sr;q=0.9,en;q=0.8", "sr_Cyrl"),
        ("sr-Cyrl-RS", "sr_Cyrl"), ("sr-Latn-RS,sr;q=0.9", "sr_Latn"), ("bs", "sr_Latn"), ("hr-HR,hr;q=0.9", "sr_Latn"),
        ("cnr", "sr_Latn"), ("en-GB", "en"), ("de-AT,de;q=0.9", "en"), ("de,sr-Latn;q=0.5", "sr_Latn"),
        ("en;q=0.3,sr;q=0.7", "sr_Cyrl"), ("sr;q=0,en", "en"), ("*", "sr_Cyrl"), (";;,q=,en;q=x", "sr_Cyrl"),
        ("hr," * 100_000, "sr_Latn"),
    ],
)  # fmt: skip
def test_best_language_follows_the_browsers_first_wish_that_we_speak(header, best):
    assert best_language(header) == best


@pytest.mark.parametrize(
    ("lang", "long", "short", "moment"),
    [
        ("sr_Cyrl", "уторак, 24. новембар 2026.", "24. 11. 2026.", "уторак, 24. новембар 2026. у 09:55"),
        ("sr_Latn", "utorak, 24. novembar 2026.", "24. 11. 2026.", "utorak, 24. novembar 2026. u 09:55"),
        ("en", "Tuesday, 24 November 2026", "24 Nov 2026", "Tuesday, 24 November 2026 at 09:55"),
    ],
)
def test_days_and_moments_are_written_as_readers_expect(lang, long, short, moment):
    utc = dt.datetime(2026, 11, 24, 8, 55, tzinfo=dt.UTC)

    assert language.long_day(TUESDAY, lang) == long
    assert language.short_day(TUESDAY, lang) == short
    assert language.moment(utc, lang, "Europe/Belgrade") == moment


def test_a_moment_follows_the_clock_change():
    before, after = (dt.datetime(2027, 3, day, 8, 0, tzinfo=dt.UTC) for day in (27, 28))

    assert language.moment(before, "en", "Europe/Belgrade").endswith("at 09:00")
    assert language.moment(after, "en", "Europe/Belgrade").endswith("at 10:00")


def test_numbers_and_the_script_of_a_stored_name_follow_the_reader():
    assert [language.number(7803, lang) for lang in language.LANGUAGES] == ["7.803", "7.803", "7,803"]
    assert [language.percent(0.62, lang) for lang in language.LANGUAGES] == ["62\u00a0%", "62\u00a0%", "62%"]

    assert [language.pick(lang, "Ниш", "Niš") for lang in language.LANGUAGES] == ["Ниш", "Niš", "Niš"]
    assert [language.html_lang(lang) for lang in language.LANGUAGES] == ["sr-Cyrl", "sr-Latn", "en"]
    assert [language.is_cyrillic(lang) for lang in ("sr_Cyrl", "sr_Latn", "mk", "hu", "en")] == [1, 0, 1, 0, 0]
    assert [language.worded(lang, "Дан", "Dan", "Day") for lang in ("sr_Cyrl", "sr_Latn", "en", "hu")] == [
        "Дан", "Dan", "Day", "Day",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("last", "cyrl", "english"),
    [
        (TUESDAY, "24. новембар 2026.", "24 November 2026"),
        (dt.date(2026, 11, 26), "24–26. новембар 2026.", "24–26 November 2026"),
        (dt.date(2026, 12, 2), "24. новембар – 2. децембар 2026.", "24 November – 2 December 2026"),
        (dt.date(2027, 1, 2), "24. новембар 2026. – 2. јануар 2027.", "24 November 2026 – 2 January 2027"),
    ],
)
def test_a_span_of_days_says_each_month_and_year_once(last, cyrl, english):
    assert language.span_of_days(TUESDAY, last, "sr_Cyrl") == cyrl
    assert language.span_of_days(TUESDAY, last, "en") == english


@pytest.mark.parametrize(
    ("lang", "long", "share", "span"),
    [
        ("hu", "2026. november 24., kedd", "62%", "2026. nov. 24–26."),
        ("de", "Dienstag, 24. November 2026", "62\u00a0%", "24.–26. Nov. 2026"),
    ],
)
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


@pytest.mark.parametrize("text", catalogues(), ids=["a hostile one", "Cyrillic", "Latin"])
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
