"""The handbook in the product: every role, three scripts, no sign-in, and a way to it from where each role works."""

import re
from dataclasses import replace

import pytest

from scheduler import config
from scheduler.core.text import to_latin
from scheduler.policy import Role
from scheduler.web.public.handbook import CHAPTERS, FOLDER, chapter, markdown
from tests.factories.people import make_user
from tests.factories.requests import make_school_request
from tests.web.browser import sign_in_as
from tests.web.reading import a_link


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
@pytest.mark.parametrize("role", CHAPTERS)
def test_a_page_opens_for_everybody_in_each_script_with_all_its_tasks(client, role, language):
    page = client.get(f"/handbook/{role}?lang={language}")

    assert page.status_code == 200
    assert len(re.findall(r"<h1\b", page.text)) == 1
    assert "19833" in page.text
    headings = re.findall(r'<h2 id="task-\d+">(.*?)</h2>', page.text)
    written = FOLDER / ("en" if language == "en" else "sr_Cyrl") / f"{role}.md"
    assert len(headings) == len(re.findall("^## ", written.read_text(encoding="utf-8"), re.MULTILINE)) >= 5
    assert "**" not in page.text


def test_the_list_leads_to_every_page_and_is_linked_from_the_foot(client):
    assert 'href="/handbook"' in client.get("/?lang=en").text

    page = client.get("/handbook?lang=en").text

    assert re.findall(r'<h2><a href="/handbook/(\w+)">', page) == list(CHAPTERS)


@pytest.mark.parametrize("role", ["operator", "nobody", "..%2fen%2fschool"])
def test_operators_and_strangers_have_no_page_here(client, role):
    assert client.get(f"/handbook/{role}").status_code == 404


def test_latin_letters_are_made_from_the_cyrillic_page(app):
    assert markdown("school", "sr_Latn") == to_latin((FOLDER / "sr_Cyrl/school.md").read_text(encoding="utf-8"))
    assert markdown("school", "sq") == markdown("school", "en")


def test_text_is_written_as_text_and_steps_points_names_and_links_as_what_they_are(app, monkeypatch):
    steps = "1. Press **A <b>**,\n   then `x`.\n2. [See](school.md)"
    written = f"# T & t\n\nLead <b>\n\n## One\n\n{steps}\n\n- [Link](/book/link)\n"
    monkeypatch.setattr("scheduler.web.public.handbook.markdown", lambda _role, _language: written)

    with app.test_request_context():
        page = chapter("school", "en")

    assert (page.title, page.lead) == ("T & t", "Lead &lt;b&gt;")
    numbered, points = page.tasks[0].blocks
    assert (numbered.kind, points.kind) == ("ol", "ul")
    assert numbered.texts == ("Press <b>A &lt;b&gt;</b>, then <code>x</code>.", '<a href="/handbook/school">See</a>')
    assert points.texts == ('<a href="/book/link">Link</a>',)


def test_the_helpline_is_the_one_of_the_installation(client, app):
    config.use(replace(app.config["SETTINGS"], helpline_number="116111"))

    page = client.get("/handbook/presenter?lang=en").text

    config.use(app.config["SETTINGS"])
    assert "Call 116111, then your coordinator." in page


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        ([Role.EDUCATOR], "presenter"),
        ([Role.COORDINATOR], "coordinator"),
        ([Role.SAFEGUARDING, Role.EDUCATOR], "safeguarding"),
        ([Role.ADMINISTRATOR, Role.COORDINATOR], "administrator"),
    ],
)
def test_each_role_finds_its_page_beside_its_account(client, roles, page):
    sign_in_as(client, make_user(*roles).id)

    assert f'href="/handbook/{page}"' in client.get("/account?lang=en").text


def test_a_school_finds_its_page_from_its_own(client):
    assert 'href="/handbook/school"' in client.get(f"/status/{a_link(make_school_request().id)}").text
