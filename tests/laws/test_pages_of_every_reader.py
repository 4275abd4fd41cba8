"""What holds for every page of the product, as every reader opens it."""

import re
from collections import Counter
from collections.abc import Iterable

import pytest
from flask import Flask

from tests.a11y.atlas import LEADS_AWAY, NOT_PAGES, ON_THE_WAY_IN, PARTS_OF_PAGES, endpoint_of
from tests.laws import routes
from tests.laws.crawl import Crawl, CrawledPage
from tests.laws.page_reader import PageReader
from tests.laws.travellers import ROLES

pytestmark = pytest.mark.database  # the crawl opens one
PIECES = {"desk.suggest"}  # a part of a page, fetched by a script
# Sample components lead to sample addresses; a mail of a demo leads where its addressee may go.
LEAD_ANYWHERE = {"public.styleguide", "messages.letter"}
REPORTS_ONCE_AS_JSON = ("attendance", "cohorts", "youth")  # people have these addresses; programs read the command line
LOOKS = {"audit_entry"}  # who looked at a minor, and who was refused (TRUST S34)
BLOCKED = [
    '<p style="color:red">', "<style>", "<script>", '<a href="/" onclick="go()">', '<a href="javascript:go()">',
    '<script src="https://cdn.example.org/x.js">', '<link rel="stylesheet" href="//cdn.example.org/x.css">',
]  # fmt: skip


# Why an address cannot be written without the database: what the part of its route names.
OF_A_ROW = {
    **dict.fromkeys(["number", "slug", "code"], "a visit, a campaign, a cohort: by what people call it"),
    **dict.fromkeys(["secret", "token", "key"], "who holds a link of its own"),
    "on": "any day: the pages that lead there say which",
    **dict.fromkeys(["name", "filename", "language"], "a letter, a file or a text of this installation"),
    "an id": "a row by its id",
}


def whole_pages(crawl: Crawl) -> list[CrawledPage]:
    return [page for page in crawl.pages if page.is_html and page.status not in (301, 302, 303)]


def named(pages: Iterable[CrawledPage]) -> list[tuple[str, str, int]]:
    return [(page.reader, page.address, page.status) for page in pages]


def test_every_page_opens_for_somebody(app: Flask, crawl: Crawl) -> None:
    """A page that only says why not (404, 410) would prove nothing; one that no link leads to needs a link."""
    opened = {page.endpoint for page in crawl.pages if page.status == 200 and crawl.leads_to(page)}
    asked = {endpoint for endpoint, _method, path in routes.pages(app, "GET") if endpoint_of(app, path)}

    assert asked - opened - NOT_PAGES - PARTS_OF_PAGES == ON_THE_WAY_IN | LEADS_AWAY
    moved, has_an_app = 301, 409  # to add another; the staff of the demo who give a second look have one
    fine = (200, moved, 302, 303, 403, 404, has_an_app, 410)
    assert named(page for page in crawl.pages if page.status not in fine) == []
    led_on = {page.path: page.headers["Location"] for page in crawl.pages if page.status == moved}
    assert led_on == {f"/reports/{report}.json": f"/reports/{report}.csv" for report in REPORTS_ONCE_AS_JSON}
    assert len(crawl.pages) > 2000


def test_every_address_that_names_no_row_is_opened_once_as_each_reader(app: Flask, crawl: Crawl) -> None:
    opened = Counter((page.reader, page.address) for page in crawl.pages)
    fixed = routes.plain_pages(app)

    times = {(reader, address): opened[reader, address] for reader in crawl.travellers for address in fixed}
    assert {opening: number for opening, number in times.items() if number != 1} == {}
    assert list(crawl.travellers) == ROLES
    assert len(fixed) > 100


def test_a_route_that_takes_no_fixed_values_names_a_row(app: Flask) -> None:
    fixed = {routes.endpoint_of(app, address) for address in routes.plain_pages(app)}
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.endpoint not in fixed]
    reasons = {rule.rule: routes.free_parts(rule) & OF_A_ROW.keys() for rule in rules}

    assert [address for address, why in reasons.items() if not why] == []
    assert {part for why in reasons.values() for part in why} == OF_A_ROW.keys()


def test_no_page_holds_what_the_content_policy_blocks(crawl: Crawl) -> None:
    shown = [page for page in whole_pages(crawl) if "attachment" not in page.headers.get("Content-Disposition", "")]
    assert [(page.address, page.seen.blocked[0]) for page in shown if page.seen.blocked] == []
    assert {page.headers["Content-Security-Policy"].partition(";")[0] for page in shown} == {"default-src 'none'"}


@pytest.mark.parametrize("text", BLOCKED)
def test_the_law_sees_what_the_content_policy_blocks(text: str) -> None:
    reader = PageReader("/")
    reader.feed(text)
    assert reader.blocked


def test_every_page_has_a_title_one_heading_its_language_the_helpline_and_no_id_twice(crawl: Crawl) -> None:
    pages = [page for page in whole_pages(crawl) if page.endpoint not in PIECES]
    assert named(page for page in pages if page.seen.tags["title"] < 1 or page.seen.tags["h1"] != 1) == []
    assert named(page for page in pages if not re.search(r'<html lang="(sr-Cyrl|sr-Latn|en)"', page.text)) == []
    assert named(page for page in pages if "19833" not in page.text) == []
    assert named(page for page in pages if page.seen.ids and max(page.seen.ids.values()) > 1) == []


def without_a_name_of_its_own(page: str) -> list[tuple[str, str]]:
    """Landmarks of a kind that the page has twice: one without a name, or with the name of another."""
    reader = PageReader("/")
    reader.feed(page)
    found = []
    for role, name in reader.landmarks:
        words = re.search(rf'<[^>]* id="{name[1:]}"[^>]*>(.*?)</', page, re.DOTALL) if name[:1] == "#" else None
        found.append((role, re.sub(r"<[^>]*>", "", words[1]).strip() if words else name))
    several = {role for role, number in Counter(role for role, _name in found).items() if number > 1}
    return [one for one in found if one[0] in several and (not one[1] or found.count(one) > 1)]


def test_each_landmark_of_a_page_has_a_name_of_its_own(crawl: Crawl) -> None:
    """Whoever hears a page jumps from one to the next: two of a kind are told apart by their names."""
    pages = [page for page in whole_pages(crawl) if page.endpoint not in PIECES]
    wrong = {page.endpoint: said for page in pages if (said := without_a_name_of_its_own(page.text))}
    assert wrong == {}


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("<nav></nav><nav aria-label='A'></nav>", [("navigation", "")]),
        ("<nav aria-label='A'></nav><nav aria-label='A'></nav>", [("navigation", "A")] * 2),
        (
            '<nav aria-label="A"></nav><nav aria-labelledby="a"></nav><h2 id="a"><b>A</b></h2>',
            [("navigation", "A")] * 2,
        ),
        ('<aside></aside><div role="complementary"></div>', [("complementary", "")] * 2),
        ("<header></header><main><section><header></header></section></main>", []),
        ("<nav aria-label='A'></nav><nav aria-label='B'></nav><section></section><section></section>", []),
    ],
)
def test_the_law_sees_two_landmarks_of_one_name(page: str, wrong: list[tuple[str, str]]) -> None:
    assert without_a_name_of_its_own(page) == wrong


def test_every_link_leads_to_a_page_that_lets_its_reader_in(app: Flask, crawl: Crawl) -> None:
    links = crawl.links_of(*crawl.travellers)
    refused = [
        (page.address, to.reader, to.address, to.status)
        for page in whole_pages(crawl)
        if page.endpoint not in LEAD_ANYWHERE
        for link in page.seen.links
        if (to := crawl.by_address.get((page.reader, link))) and to.status >= 400
    ]

    assert [link for link in links if not link.startswith("/static/") and not routes.endpoint_of(app, link)] == []
    assert refused == []
    assert len(links) > 5000


def test_every_form_goes_to_a_page_and_one_that_changes_something_carries_its_token(app: Flask, crawl: Crawl) -> None:
    forms = [form for page in crawl.pages if page.endpoint not in LEAD_ANYWHERE for form in page.seen.forms]
    assert {form.action for form in forms if not routes.endpoint_of(app, form.action, form.method)} == set()
    assert {form.action for form in forms if form.method == "POST" and "csrf_token" not in dict(form.fields)} == set()
    assert {form.action for form in forms if form.method == "GET" and "csrf_token" in dict(form.fields)} == set()


def test_a_look_changes_nothing(crawl: Crawl) -> None:
    assert [(page.reader, page.address, page.written) for page in crawl.pages if page.written - LOOKS] == []
    assert any(page.written for page in crawl.pages)
