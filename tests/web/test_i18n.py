import pytest
from babel.support import Translations

from scheduler.web import i18n


def language_of(client, path="/", **headers):
    return client.get(path, headers=headers).text.split('<html lang="')[1].split('"')[0]


def test_a_choice_in_the_address_holds_for_this_browser_from_now_on(client):
    first = client.get("/?lang=en", headers={"Accept-Language": "sr"})

    assert "language=en" in first.headers["Set-Cookie"]
    assert language_of(client, "/privacy", **{"Accept-Language": "sr"}) == "en"


@pytest.mark.parametrize(
    ("accept", "lang"), [("sr-Latn", "sr-Latn"), ("hr", "sr-Latn"), ("sr", "sr-Cyrl"), ("de", "en"), ("", "sr-Cyrl")]
)
def test_without_a_choice_the_browser_says_what_it_reads(client, accept, lang):
    assert language_of(client, **{"Accept-Language": accept}) == lang


@pytest.mark.parametrize("wish", ["xx", "", "en'\"><script>", "sr_Cyrl" * 900])
def test_a_language_we_do_not_speak_is_neither_shown_nor_remembered(client, wish):
    page = client.get("/", query_string={"lang": wish}, headers={"Accept-Language": "en"})

    assert '<html lang="en"' in page.text
    assert "Set-Cookie" not in page.headers
    assert "<script>" not in page.text


def test_the_switch_keeps_the_page_and_its_other_filters(app):
    with app.test_request_context("/styleguide?page=2&lang=en&q=Ни ш&q=b"):
        links = [script.href for script in i18n.scripts()]

    assert links[0] == "/styleguide?page=2&q=%D0%9D%D0%B8+%D1%88&q=b&lang=sr_Cyrl"
    assert len(links) == 3


def test_an_address_with_markup_stays_an_address(client):
    page = client.get('/styleguide?x="><img src=x>', headers={"Accept-Language": "en"})

    assert "<img src=x>" not in page.text


def test_the_theme_is_chosen_kept_and_given_back_to_the_device(client):
    assert 'data-bs-theme="dark"' in client.get("/?theme=dark").text
    assert 'data-bs-theme="dark"' in client.get("/about").text

    client.get("/?theme=device")

    assert "data-bs-theme" not in client.get("/about").text


def test_plurals_have_three_forms(app):
    with app.test_request_context("/?lang=sr_Cyrl"):
        said = [i18n._n("%(num)s day", "%(num)s days", n) for n in (1, 3, 5, 21)]

    assert said == ["1 дан", "3 дана", "5 дана", "21 дан"]


def test_a_text_in_a_page_is_the_catalogues_also_when_it_was_asked_before(app):
    shown = app.jinja_env.from_string("{{ _('Board') }}|{{ _('<b>%(who)s</b>', who='<i>') }}|{{ _('100 %%') }}")
    with app.test_request_context("/?lang=en"):
        assert [shown.render(), shown.render()] == ["Board|<b>&lt;i&gt;</b>|100 %"] * 2
    with app.test_request_context("/?lang=sr_Latn"):
        assert shown.render().partition("|")[0] == i18n._("Board") != "Board"


def test_a_text_in_a_page_follows_a_catalogue_that_was_read_anew(app, monkeypatch):
    shown = app.jinja_env.from_string("{{ _('Board') }}")
    fresh = Translations()
    fresh._catalog = {"Board": "Daska"}
    with app.test_request_context("/?lang=sr_Latn"):
        before = shown.render()
        monkeypatch.setattr(i18n.words, "translator", lambda language: fresh)
        assert (before != "Daska", shown.render()) == (True, "Daska")


def test_a_lazy_text_waits_for_the_reader(app):
    text = i18n._l("Privacy")

    with app.test_request_context("/?lang=en"):
        assert str(text) == "Privacy"
    with app.test_request_context("/?lang=sr_Latn"):
        assert str(text) == "Privatnost"


def test_what_is_counted_is_written_as_the_language_writes_numbers(app):
    with app.test_request_context("/?lang=sr_Cyrl"):
        assert i18n._n("%(num)s pupil", "%(num)s pupils", 2940) == "2.940 ученика"
        said = app.jinja_env.from_string('{{ _n("%(num)s pupil", "%(num)s pupils", 7803) }}').render()
        assert said == "7.803 ученика"
