import pytest

from scheduler.core import language
from tools import merge_po, translations
from tools.catalogues import messages_of, read

PYTHON = (
    'from x import N_, _, _n\nA = N_("Visit")\nB = _("Hello %(name)s")\nC = _n("%(num)s visit", "%(num)s visits", 3)\n'
)
PAGE = '{{ _("Send") }} {% trans %}\n  Long\n  words\n{% endtrans %} {{ ngettext("one", "many", 3) }}'


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A small product with its own catalogues."""
    monkeypatch.setattr(language, "FOLDER", tmp_path / "po")
    language.translator.cache_clear()
    for name, content in (("scheduler/a.py", PYTHON), ("templates/a/b.html", PAGE)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    yield tmp_path
    language.translator.cache_clear()


def fill(path, words):
    """Give strings their words, the way an editor does it."""
    text = path.read_text()
    for msgid, msgstr in words.items():
        text = text.replace(f'msgid "{msgid}"\nmsgstr ""', f'msgid "{msgid}"\nmsgstr "{msgstr}"')
    path.write_text(text)


def fill_all(house):
    translations.extract(house)
    path = language.catalogue_path("sr_Cyrl")
    fill(path, {"Visit": "Посета", "Hello %(name)s": "Здраво, %(name)s", "Send": "Пошаљите", "Long words": "Речи"})
    text = path.read_text().replace('msgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""', "@", 2)
    for words in ("{n} посета|{n} посете|{n} посета".replace("{n}", "%(num)s"), "један|неколико|много"):
        forms = "\n".join(f'msgstr[{place}] "{form}"' for place, form in enumerate(words.split("|")))
        text = text.replace("@", forms, 1)
    path.write_text(text)
    return path


def test_extract_finds_strings_sorted_keeps_words_and_drops_lost_strings(house):
    translations.extract(house)

    found = messages_of(read(language.catalogue_path("sr_Cyrl"), "sr_Cyrl"))
    assert list(found) == ["%(num)s visit", "Hello %(name)s", "Long words", "Send", "Visit", "one"]
    assert found["one"].string == ("", "", "")

    path = fill_all(house)
    (house / "scheduler/a.py").write_text('_("Visit")\n_("New")')

    translations.extract(house)

    found = messages_of(read(path, "sr_Cyrl"))
    assert found["Visit"].string == "Посета"
    assert found["New"].string == ""
    assert "Hello %(name)s" not in found


def test_update_writes_the_same_bytes_each_time_and_latin_is_read_from_cyrillic(house):
    path = fill_all(house)
    translations.update(house)
    first = path.read_bytes()

    translations.update(house)

    assert path.read_bytes() == first
    assert [file.parent.parent.name for file in language.FOLDER.rglob("*.po")] == ["sr_Cyrl"]
    assert language.translator("sr_Latn").gettext("Hello %(name)s") == "Zdravo, %(name)s"
    assert language.translator("sr_Latn").ngettext("one", "many", 3) == "nekoliko"
    assert translations.check(house) == []


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ("Посета", "", "not translated: 'Visit'"),
        ("Здраво, %(name)s", "Здраво", "placeholders differ"),
        ("%(num)s посете", "две посете", "placeholders differ"),
        ('msgid "Visit"', '#, fuzzy\nmsgid "Visit"', "not translated: 'Visit'"),
        ('msgid "Send"', 'msgid "Sent"', "not in the catalogue: 'Send'"),
    ],
)
def test_check_names_what_is_wrong(house, right, wrong, problem):
    path = fill_all(house)
    translations.update(house)
    path.write_text(path.read_text().replace(right, wrong, 1))
    assert any(line.startswith(problem) for line in translations.check(house))


def po(*entries):
    return 'msgid ""\nmsgstr ""\n"Language: sr_Cyrl\\n"\n\n' + "\n\n".join(
        f'msgid "{msgid}"\nmsgstr "{msgstr}"' for msgid, msgstr in entries
    )


def test_merge_keeps_the_strings_of_both_sides_translated_and_sorted(tmp_path):
    base, ours, theirs = (tmp_path / name for name in "oab")
    base.write_text(po(("b", "б"), ("e", "е")))
    ours.write_text(po(("b", "б"), ("c", ""), ("d", "д"), ("e", "наше")))
    theirs.write_text(po(("a", "а"), ("b", "ново"), ("c", "ц"), ("e", "њихово")))

    merge_po.merge(base, ours, theirs)

    found = messages_of(read(ours, "sr_Cyrl"))
    assert {key: message.string for key, message in found.items()} == {
        "a": "а", "b": "ново", "c": "ц", "d": "д", "e": "наше",
    }  # fmt: skip
    assert list(found) == sorted(found)


def test_merging_the_same_file_changes_nothing(house, tmp_path):
    path = fill_all(house)
    translations.update(house)
    before = path.read_bytes()

    merge_po.merge(path, path, path)

    assert path.read_bytes() == before
