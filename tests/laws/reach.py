"""What stands in the query of an address, and which of it breaks a page."""

from collections import Counter
from collections.abc import Sequence

from flask import Flask
from flask.testing import FlaskClient

from tests.laws.crawl import Crawl
from tests.laws.routes import plain_pages


def names_by_page(crawl: Crawl, app: Flask, reader: str) -> dict[str, set[str]]:
    """The names that each plain page looks for in its address, by any link to it."""
    names: dict[str, set[str]] = {address: set() for address in plain_pages(app)}
    for page in crawl.pages_of(reader):
        if page.path in names:
            names[page.path] |= page.query_names
    return names


def broken_by_all_names(
    client: FlaskClient, names: dict[str, set[str]], typed: Sequence[str], *, deep: bool
) -> list[tuple[str, str]]:
    """(page, what was typed) that make a 500, under all names of the product at once: one each, or `deep` all."""
    every = sorted(set().union(*names.values()))
    return [
        (page, value[:40])
        for number, page in enumerate(names)
        for value in (typed if deep else [typed[number % len(typed)]])
        if client.get(page, query_string=dict.fromkeys(every, value[:300])).status_code >= 500  # alone it may be longer
    ]


def broken_by_one_name(
    client: FlaskClient, names: dict[str, set[str]], typed: Sequence[str], *, deep: bool
) -> list[tuple[str, str, str]]:
    """(page, name, what was typed) that make a 500, the name alone; what every page reads is tried at the first.

    One value at each page; `deep` all at the first page of a name, and a third at each further one, in turn.
    """
    everywhere, first = set.intersection(*names.values()), next(iter(names))
    met, tried, broken = Counter[str](), 0, []
    for page, own in names.items():
        for name in sorted(own if page == first else own - everywhere):
            each = max(1, len(typed) // 3) if met[name] else len(typed)
            begin, many = (met[name] * each, each) if deep else (tried, 1)
            met[name] += 1
            for value in (typed[(begin + more) % len(typed)] for more in range(many)):
                tried += 1
                if client.get(page, query_string={name: value}).status_code >= 500:
                    broken.append((page, name, value[:40]))
    return broken
