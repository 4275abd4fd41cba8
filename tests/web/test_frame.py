"""The kept frame of a public page: the same text as if it were written anew, and never another reader's."""

import pytest
from flask import url_for

from scheduler.web import frame


def head_and_foot(page):
    links = page[page.index('<link rel="icon"') : page.index('<link rel="stylesheet"')]
    return page[page.index("<header class") : page.index("<main")], page[page.index("<footer class") :], links


@pytest.fixture
def kept(app):
    kept = app.extensions[frame.FRAMES]
    kept.clear()
    return kept


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
@pytest.mark.parametrize("theme", ["", "dark"])
def test_a_kept_frame_is_that_which_was_written(client, kept, language, theme, monkeypatch):
    client.set_cookie("language", language)
    client.set_cookie("theme", theme)
    client.get("/about")
    for path in ("/book", "/programmes", "/book"):
        told = head_and_foot(client.get(path).text)
        with monkeypatch.context() as patch:
            patch.setattr(frame, "_is_kept", lambda: False)
            assert head_and_foot(client.get(path).text) == told
    assert len(kept) == 3 * 3  # links, head and foot of three pages


def test_each_language_theme_and_page_has_its_own_frame(client, kept):
    seen = set()
    for language in ("sr_Cyrl", "sr_Latn", "en"):
        for theme in ("", "dark"):
            client.set_cookie("language", language)
            client.set_cookie("theme", theme)
            seen |= {head_and_foot(client.get(path).text) for path in ("/book", "/about", "/book")}
    assert len(seen) == 3 * 2 * 2


def test_what_is_asked_in_the_address_is_written_anew_and_not_kept(client, kept):
    assert "q=" in head_and_foot(client.get("/book?q=Vuk").text)[0]
    assert kept == {}


def test_the_address_of_a_secret_page_is_not_kept(client, kept):
    client.get("/book/prove/a-secret-that-opens-something")
    assert not any("a-secret" in text for text in kept.values())


def test_what_was_written_below_a_path_is_for_nobody_elsewhere(app, client):
    app.extensions.pop("drawings", None)
    below = client.get("/", environ_overrides={"SCRIPT_NAME": "/below"}).text
    assert '"/below/static/' in below[below.index('id="offer"') :]

    assert "/below" not in client.get("/").text


def test_what_a_macro_writes_below_a_path_is_not_kept(app):
    class Macro:
        name = "a link"

        def __call__(self, number):
            return url_for("static", filename=f"{number}.svg")

    for below in ("/below", "", "/below"):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": below}):
            assert frame.written_for(Macro(), 1) == f"{below}/static/1.svg"
            assert frame.written_rows(Macro(), [2]) == f"{below}/static/2.svg"


def test_kept_frames_are_bounded(client, kept, monkeypatch):
    monkeypatch.setattr(kept, "most", 4)
    for number in range(6):
        client.get(f"/no-such-page-{number}")
    assert 0 < len(kept) <= 4


def test_the_links_of_a_public_page_mark_the_place_that_is_open(client):
    def marked(path):
        head = head_and_foot(client.get(path).text)[0]
        return {line.split('href="')[1].split('"')[0] for line in head.splitlines() if 'aria-current="page"' in line}

    for _time in range(2):
        assert [marked(path) for path in ("/book", "/programmes", "/about")] == [{"/book"}, {"/programmes"}, set()]


def test_what_is_written_of_facts_is_written_once_for_each_language_and_bounded(app, monkeypatch):
    kept = app.extensions[frame.FACTS]
    kept.clear()
    monkeypatch.setattr(kept, "most", 3)
    macro = app.jinja_env.from_string("{% macro month(days) %}{{ days }}: {{ _('Book') }}{% endmacro %}").module.month
    written = []
    for path in ("/?lang=en", "/?lang=sr_Latn"):
        with app.test_request_context(path):
            written += [frame.written_for(macro, (1, 2)), frame.written_for(macro, (1, 2))]

    assert written[0] == written[1] == "(1, 2): Book"
    assert written[2] == written[3] != written[0]
    assert len(kept) == 2
    with app.test_request_context("/"):
        for number in range(5):
            frame.written_for(macro, (number,))
    assert 0 < len(kept) <= 3
