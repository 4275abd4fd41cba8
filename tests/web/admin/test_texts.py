"""The pages on which a centre words its mails and short messages (TRUST S16)."""

import re
import shutil
from html import unescape

import pytest

from scheduler.messages import kinds
from scheduler.messages.models import MessageText
from scheduler.messages.service import change_text
from scheduler.messages.terms import Channel, MailText, TextKind
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.visits import make_visit
from tests.web.reading import rows_of

LIST = "/settings/texts"
MOVED = f"{LIST}/mail/visit_moved/en"
SMS = f"{LIST}/sms/crew_visit_cancelled/en"
BODY = "Dear colleagues at {school},\n\n{day}, {time}. Before: {earlier day}, {earlier time}."
SAID = {"subject": "A new day, {date}", "body": BODY, "version": "0"}
GOOD = SAID | {"subject": "A new day, {day}"}
KIND = TextKind(Channel.MAIL, "visit_moved")


@pytest.fixture
def upgraded(tmp_path, monkeypatch):
    """Puts another text into a template of the product, as a release does."""
    kept = (kinds.environment, kinds.anatomy, kinds.product_text, kinds.problems_with, kinds._writers)

    def upgrade(kind: str, change: tuple[str, str]) -> None:
        folder = tmp_path / "templates"
        shutil.copytree(kinds.TEMPLATES, folder)
        file = folder / "mails" / f"{kind}.jinja"
        file.write_text(file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
        monkeypatch.setattr(kinds, "TEMPLATES", folder)
        for one in kept:
            one.cache_clear()

    yield upgrade
    for one in kept:
        one.cache_clear()


def stored() -> list[tuple[int, str]]:
    return [(row.version, row.subject) for row in rows_of(MessageText)]


def read(client, path: str) -> str:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}lang=en")
    assert answer.status_code == 200
    return unescape(answer.text)


def test_the_list_names_each_kind_by_its_reader_and_is_searched_in_every_script(desk):
    page = read(desk, LIST)
    heads = ["Schools", "Presenters", "Staff", "Short messages", "Mails that keep Raspored's text"]
    assert re.findall("<h2>(.*?)</h2>", page) == heads
    assert "The visit is confirmed: Tuesday, 8 December 2026 at 09:55, 10:50" in page
    assert "these words protect children" in page
    assert "consent_asked" not in page

    assert "No text found" in read(desk, f"{LIST}?q=nothing+like+it")
    for typed in ("the visit has a new time", "посета има НОВИ термин", "poseta ima novi termin"):
        found = read(desk, f"{LIST}?q={typed}")
        assert MOVED in found
        assert "mail/visit_open/en" not in found


def test_a_text_is_saved_shown_in_the_list_and_given_back(desk, chief):
    assert desk.post(MOVED, data=GOOD).status_code == 302
    assert stored() == [(1, "A new day, {day}")]

    assert "Your text" in read(desk, LIST + "?show=own")
    assert "mail/visit_open/en" not in read(desk, LIST + "?show=own")
    page = read(chief, MOVED)
    assert 'value="A new day, {day}"' in page
    assert "A new day, Tuesday, 8 December 2026" in page
    assert "Marija Kostić" in page[page.index("<h2>History</h2>") :]

    assert desk.post(f"{MOVED}/back").status_code == 302
    assert stored() == [(1, "A new day, {day}"), (2, "")]
    page = read(desk, MOVED)
    assert 'value="New time: {day} at {time}"' in page
    assert page.count("<summary>") == 3  # Raspored's text and two versions
    assert 'value="A new day, {day}"' in read(desk, f"{MOVED}?version=1")
    assert 'value="New time: {day} at {time}"' in read(desk, f"{MOVED}?version=77&look=nothing")


def test_what_is_wrong_is_said_with_its_line_and_nothing_typed_is_lost(desk):
    answer = desk.post(MOVED + "?lang=en", data=GOOD | {"body": f"Hello\n\nTo {{scool}}\n{BODY[7:]}"})
    page = unescape(answer.text)

    assert answer.status_code == 422
    assert "Line 3: write {school} in place of {scool}." in page
    assert "To {scool}" in page
    assert stored() == []
    lacking = unescape(desk.post(MOVED + "?lang=en", data=GOOD | {"body": "We come."}).text)
    assert "Add {day}, {time}, {school}, {earlier day}, {earlier time}: the reader needs it." in lacking


@pytest.mark.parametrize(("typed", "said"), [
    ("{{ 7*7 }}", "Line 1: remove {{."), ("{% import os %}", "Line 1: remove {%."),
    ("${7*7}", "Line 1: remove ${."), ("#{7*7} {#x#}", "Line 1: remove {#."),
    ("{day.__class__.__mro__}", "there is no {day.__class__.__mro__}"), ("{0}", "there is no {0}"),
    ("{link}", "there is no {link}"), ("a\u202eb", "delete the character U+202E"),
    ("a\x00b", "delete the character U+0000"), ("a\u200bb", "delete the character U+200B"),
])  # fmt: skip
@pytest.mark.parametrize("part", ["subject", "body"])
def test_trust_s16_nothing_typed_becomes_a_template(desk, part, typed, said):
    answer = desk.post(MOVED + "?lang=en", data=GOOD | {part: f"{typed} {GOOD[part]}"})
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert "49" not in unescape(answer.text).split('id="preview"')[1]
    assert stored() == []


def test_trust_s20_a_subject_brings_no_line_and_no_code(desk):
    for typed, said in (("a\r\nBcc: x@y.example", "in one line"), ("=?utf-8?q?x?=", "without =?")):
        answer = desk.post(MOVED + "?lang=en", data=GOOD | {"subject": typed})
        assert answer.status_code == 422
        assert said in unescape(answer.text)
    assert stored() == []


def test_markup_is_shown_as_it_is_typed(desk):
    typed = "<script>alert(1)</script> {school}"
    answer = desk.post(MOVED, data=GOOD | {"body": f"{typed}\n{BODY}", "act": "look"})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; OŠ" in answer.text.split('id="preview"')[1]


def test_a_preview_stores_nothing_and_shows_longest_and_real_names(desk, programme):
    host = make_host(name_sr_latn="OŠ „Čegar“", name_sr_cyrl="ОШ „Чегар“")
    make_visit(programme=programme, host_id=host.id)
    shown = {}
    for look in ("sample", "longest", "real"):
        answer = desk.post(MOVED + "?lang=en", data=GOOD | {"act": "look", "look": look})
        assert answer.status_code == 200
        shown[look] = unescape(answer.text).split('id="preview"')[1]
    assert "Dear colleagues at OŠ „Vuk Karadžić“" in shown["sample"]
    assert "Sveti Sava i Branko Radičević" in shown["longest"]
    assert "Dear colleagues at OŠ „Čegar“" in shown["real"]
    for said in ("What happens next:", "[link]", "You get this mail because", "19833"):
        assert said in shown["real"]
    assert stored() == []
    wrong = desk.post(MOVED + "?lang=en", data=GOOD | {"act": "look", "body": "{x"})
    assert wrong.status_code == 200
    assert "has something to correct" in wrong.text


def test_a_change_of_the_products_text_is_told_on_the_list_and_the_page(desk, upgraded):
    desk.post(MOVED, data=GOOD)
    assert read(desk, LIST + "?show=changed").count("No text found") == 1
    upgraded("visit_moved", ("New time: ", "Changed by the release: "))

    page = read(desk, MOVED)
    assert "Raspored's text has changed since you wrote yours." in page
    assert "A new day, {day}" in page.split("Raspored's text now")[0]
    assert "Changed by the release: {day}" in page.split("Raspored's text now")[1]
    assert "Raspored's text has changed" in read(desk, LIST + "?show=changed")
    assert desk.post(MOVED, data=GOOD | {"version": "1"}).status_code == 302
    assert "has changed since" not in read(desk, MOVED)


def test_a_text_that_an_upgrade_made_wrong_says_so_and_what_is_sent_instead(desk, upgraded):
    desk.post(MOVED, data=GOOD)
    upgraded("visit_moved", ("{% macro lines(v) %}", "{% macro lines(v) %}\n{{ 'Really' if v.day else '' }}\n"))

    page = read(desk, MOVED)

    assert "Raspored's text is sent instead of yours." in page
    assert "Add {details}: the reader needs it." in page
    assert "Not sent: correct your text" in read(desk, LIST + "?show=changed")
    assert page.split('id="preview"')[1].count("Really") == 1
    assert desk.post(MOVED, data=GOOD | {"body": BODY + "\n{details}", "version": "1"}).status_code == 302


def test_a_short_message_is_worded_too_and_must_fit(desk):
    page = read(desk, SMS)
    assert 'name="subject"' not in page
    words = "Off: {date} {time} {place}, see {page}"
    assert desk.post(SMS, data={"body": words, "version": "0"}).status_code == 302
    too_long = desk.post(SMS + "?lang=en", data={"body": words + "x" * 120, "version": "1"})
    assert too_long.status_code == 422
    assert "160 fit one message" in too_long.text
    assert stored() == [(1, "")]


def test_an_older_page_overwrites_nothing(desk):
    desk.post(MOVED, data=GOOD)
    late = desk.post(MOVED + "?lang=en", data=GOOD | {"subject": "Mine"})
    assert late.status_code == 422
    assert "something has changed in the meantime" in late.text
    assert 'value="Mine"' in late.text
    assert len(stored()) == 1


def test_a_too_long_text_is_kept_whole_on_the_page(desk):
    answer = desk.post(MOVED + "?lang=en", data=GOOD | {"body": BODY + "x" * 5000 + "end"})
    assert answer.status_code == 422
    assert "xend" in answer.text
    assert stored() == []


def test_each_centre_has_its_own_texts_and_some_kinds_none(desk, officer):
    other = make_user().actor()
    change_text(other, KIND, "en", MailText("Theirs {day}", BODY), seen=0, now=MONDAY)
    assert "Theirs" not in read(desk, MOVED)
    for path in ("mail/consent_asked/en", "mail/invitation/en", "mail/prove_address/en", "mail/visit_moved/sr_Latn",
                 "sms/visit_moved/en", "mail/nothing/en", "mail/visit_moved/xx"):  # fmt: skip
        assert desk.get(f"{LIST}/{path}").status_code == 404
        assert desk.post(f"{LIST}/{path}/back").status_code == 404
    assert officer.get(LIST).status_code == 403
    assert officer.post(MOVED, data=GOOD).status_code == 403
