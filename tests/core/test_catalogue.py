"""The house's reader of translations beside the library's, which tools and translators use."""

import io

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from scheduler.core import catalogue
from scheduler.core.language import FOLDER

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
    assert ours._catalog == known
    assert len(known) >= 6
    assert [ours.plural(n) for n in range(130)] == [theirs.plural(n) for n in range(130)]


def test_a_plural_that_nobody_translated_is_counted_as_its_source_does():
    header = HOSTILE[HOSTILE.index('msgid ""') : HOSTILE.index('msgid "over')]
    dog = 'msgid "%(num)s dog"\nmsgid_plural "%(num)s dogs"\nmsgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n'

    words = catalogue.read((header + dog).splitlines(keepends=True))

    assert [words.ngettext("%(num)s dog", "%(num)s dogs", n) for n in (1, 2, 21)] == [
        "%(num)s dog", "%(num)s dogs", "%(num)s dogs",
    ]  # fmt: skip


def test_a_catalogue_without_a_word_about_plurals_counts_as_english_does():
    words = catalogue.read(['msgid "%(num)s dog"\n', 'msgid_plural "%(num)s dogs"\n', 'msgstr[0] "Hund"\n',
                            'msgstr[1] "Hunde"\n'])  # fmt: skip

    assert [words.ngettext("%(num)s dog", "%(num)s dogs", n) for n in (0, 1, 2)] == ["Hunde", "Hund", "Hunde"]


@pytest.mark.parametrize("line", ['"words of nothing"', "msgid without quotes", "<<<<<<< HEAD"])
def test_a_line_that_is_none_is_told(line):
    with pytest.raises(catalogue.BadCatalogue, match=line[:5]):
        catalogue.read([line])
