"""Every list: sorted by its heads, by nothing else, and said in words that a screen reader knows."""

import re

import pytest

from tests.factories.people import make_presenter
from tests.factories.visits import VISIT_DAY, make_visit
from tests.web.reading import selects_of

WEEK = f"/visits?from={VISIT_DAY.isoformat()}"
LISTS = {
    WEEK: ("day", "host", "programme", "state"),
    "/people": ("name", "role", "home", "check", "consent"),
    "/certificates/issued": ("number", "holder", "visit", "day", "state"),
    "/messages": ("about", "to", "state", "written"),
    "/attendance": ("visit", "day", "state"),
    "/reports/visits?first=2026-01-01&last=2026-12-31": ("visit", "host", "programme", "pupils", "kilometres"),
}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_sorted_both_ways_by_each_of_its_heads_and_never_by_another(desk, programme, path):
    make_visit(programme=programme)
    make_presenter(centre_id=programme.centre_id)
    joined = "&" if "?" in path else "?"

    for name in (*LISTS[path], "nonsense", "id"):
        for sort in (name, f"-{name}"):
            assert desk.get(f"{path}{joined}sort={sort}").status_code == 200


def test_the_head_says_how_the_list_is_sorted_and_turns_it(desk, programme):
    for _ in range(2):
        make_visit(programme=programme)

    natural = desk.get(WEEK).text
    assert re.search(r'aria-sort="ascending">\s*<a href="[^"]*sort=-day"', natural)
    turned = desk.get(f"{WEEK}&sort=-day").text
    assert re.search(r'aria-sort="descending">\s*<a href="[^"]*sort=day"', turned)
    assert turned.count("aria-sort") == 1


def test_people_come_in_pages_and_in_the_order_asked_for(desk, programme):
    for name in ("Ђорђе", "Ana", "Цвета"):
        make_presenter(centre_id=programme.centre_id, given_name=name, family_name="")

    def named(page: str) -> list[str]:
        return re.findall(r'<a href="/people/\d+">([^<]+)</a>', page)

    assert named(desk.get("/people?sort=name").text) == ["Ana", "Цвета", "Ђорђе"]  # by one key: a, c, d
    assert named(desk.get("/people?sort=-name").text) == ["Ђорђе", "Цвета", "Ana"]
    assert named(desk.get("/people?page=2").text) == []


@pytest.mark.parametrize("path", [WEEK, "/people"])
def test_a_sorted_list_asks_no_more_for_more_rows(desk, programme, path):
    asked = []
    for _ in range(2):
        for _each in range(2):
            make_visit(programme=programme)
            make_presenter(centre_id=programme.centre_id)
        asked.append(selects_of(desk, f"{path}{'&' if '?' in path else '?'}sort=-state"))

    assert asked[0] == asked[1]
