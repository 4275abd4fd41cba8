"""The columns that the page explains are those that the readers know."""

import pytest

from scheduler.core.imports.sheets import read_table
from scheduler.core.text import to_latin
from scheduler.jobs.file_work import FILES
from scheduler.web.admin.file_columns import USUAL, columns_of
from scheduler.work.terms import WorkKind

LANGUAGES = ("sr_Cyrl", "sr_Latn", "en")
IN_ORDER = {
    WorkKind.CHECK_HOSTS: "register_id name kind municipality place address postcode phone email",
    WorkKind.CHECK_PEOPLE: "full_name email role home birth_date topics languages",
    WorkKind.CHECK_BELLS: (
        "host municipality morning_starts afternoon_starts lesson_minutes long_break_minutes lessons rotation"
        " first_grades first_sections anchor_day turns middle_starts middle_grades short_days short_minutes"
    ),
    WorkKind.CHECK_HELPLINE: "first_day last_day what code number",
    WorkKind.CHECK_POSTS: "post reached reacted",
    WorkKind.CHECK_VISITS: (
        "on_day host municipality programme starts minutes classes pupils parents teachers presenters kilometres"
    ),
}


@pytest.mark.parametrize("kind", USUAL)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_of_the_file_to_begin_with_is_known_to_its_reader(kind, language):
    columns = columns_of(kind, language)
    lines = [";".join(one.heading for one in columns), ";".join(one.example.replace(";", ",") for one in columns)]

    table = read_table("\n".join(lines).encode("utf-8-sig"), FILES[kind].layout)

    assert table.problems == ()
    assert list(table.headings) == IN_ORDER[kind].split()
    assert [table.rows[0].cells[name] for name in table.headings] == [one.example for one in columns]


def test_latin_headings_and_examples_are_the_cyrillic_ones():
    for kind in USUAL:
        for cyrillic, latin in zip(columns_of(kind, "sr_Cyrl"), columns_of(kind, "sr_Latn"), strict=True):
            assert (to_latin(cyrillic.heading), to_latin(cyrillic.example)) == (latin.heading, latin.example)


def test_every_kind_of_file_is_explained():
    assert set(USUAL) == set(FILES)
    assert all(any(one.needed for one in columns_of(kind, "en")) for kind in USUAL)
