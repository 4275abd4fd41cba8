"""The outbox as a page one works on: filters, search, acts on one message and on several, undo, delays."""

import re
from html import unescape

import pytest
from sqlalchemy import select, update

from scheduler.core.db import db, transaction
from scheduler.messages import queries
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import LinkWish, MessageGroup, MessageState
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.factories.people import make_centre, make_user
from tests.factories.requests import make_school_request
from tests.factories.visits import make_visit
from tests.messages.a_mail import MINUTE, VALUES, WISH
from tests.web.browser import browser_of, staff_of

STATES = MessageState
EN = {"lang": "en"}


@pytest.fixture
def school_mail(programme):
    """Makes mails of the centre to a school about a visit."""

    def make(address: str = "ana@school.example", state: MessageState = STATES.WAITING, **given) -> int:
        fair = {"kind": "visit_confirmed", "values": VALUES, "link": WISH, "about": ("visit", 7), "for_school": True}
        message = make_message(address, centre_id=programme.centre_id, **(fair | given))
        with transaction() as session:
            session.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(state=state))
        return message.id

    return make


def row(message_id: int) -> OutboxMessage:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(OutboxMessage, message_id)


def listed(page) -> list[str]:
    return re.findall(r'data-label="To"[^>]*>([^<]*)<', page.text)


def undo_of(page) -> str:
    return unescape(re.search(r'action="(/messages/undo[^"]*)"', page.text)[1])


def test_pills_count_each_state_and_show_it(desk, school_mail):
    for state in (STATES.WAITING, STATES.SENDING, STATES.HELD, STATES.SENT, STATES.FAILED, STATES.STOPPED):
        school_mail(f"{state}@school.example", state)
    page = desk.get("/messages?lang=en")
    pills = re.findall(r'class="pill__link"[^>]*>\s*([^<]*?) <b>(\d+)</b>', page.text)
    assert pills == [
        ("All messages", "6"), ("Waiting", "2"), ("On hold", "1"), ("Sent", "1"), ("Not delivered", "1"),
        ("Stopped", "1"),
    ]  # fmt: skip
    assert sorted(listed(desk.get("/messages?state=waiting&lang=en"))) == [
        "sending@school.example", "waiting@school.example"
    ]  # fmt: skip
    assert listed(desk.get("/messages?state=held&lang=en")) == ["held@school.example"]
    assert len(listed(desk.get("/messages?state=nonsense&of=x&page=z&lang=en"))) == 6


def test_search_finds_by_person_address_request_visit_and_kind(desk, programme, school_mail):
    asked = make_school_request(
        programme=programme, contact_name="Đorđe Čvorović", contact_email="djordje@school.example"
    )
    user = make_user(Role.COORDINATOR, centre_id=programme.centre_id, given_name="Жива", family_name="Ћирић")
    about = ("school_request", asked.id)
    for_request = {**VALUES, "first_day": VALUES["day"], "last_day": VALUES["day"]}
    school_mail("djordje@school.example")
    school_mail("other@school.example", kind="request_waitlisted", about=about, values=for_request)
    away = {"away": "A", "stand_in": "B", "path": "/desk", "first_day": VALUES["day"], "last_day": VALUES["day"]}
    school_mail(user.email, kind="handover_ended", for_school=False, link=None, values=away)

    def found(query: str) -> list[str]:
        return listed(desk.get(f"/messages?lang=en&{query}"))

    assert found("q=dorde cvorovic") == ["djordje@school.example"]
    assert found("q=DJORDJE@") == ["djordje@school.example"]
    assert found("q=ziva ciric") == [user.email]
    assert found(f"q={asked.number}") == ["other@school.example"]
    assert found("of=staff") == [user.email]
    assert found("of=visits&q=school.example") == ["djordje@school.example"]
    assert found("q=nobody") == []
    assert "No message fits this search" in desk.get("/messages?lang=en&q=nobody").text
    assert len(found("q=%20")) == 3


def test_one_is_held_and_sent_from_its_row_and_the_filters_stay(desk, school_mail):
    one = school_mail()
    page = desk.get("/messages?lang=en&state=waiting&q=school").text
    where = unescape(re.search(r'formaction="(/messages/\d+/hold[^"]*)"', page)[1])

    answer = desk.post(where)

    assert answer.location == "/messages?state=waiting&q=school"
    assert row(one).state is STATES.HELD
    told = desk.get("/messages?lang=en")
    assert "1 message is held." in told.text
    assert desk.post(undo_of(told)).status_code == 302
    assert row(one).state is STATES.WAITING

    desk.post(f"/messages/{one}/hold")
    desk.get("/messages")
    desk.post(f"/messages/{one}/send?back=list")
    assert row(one).state is STATES.WAITING
    page = desk.get("/messages?lang=en").text
    assert "1 message leaves now." in page
    assert "/messages/undo" not in page


@pytest.mark.parametrize(("origin", "location"), [
    ("P-2026-0001", "/visits/P-2026-0001"), ("R-2026-0001", "/requests/R-2026-0001"),
    ("//evil.example", "/messages/1"), ("", "/messages/1"), ("list", "/messages"),
])  # fmt: skip
def test_an_act_leads_back_to_where_it_was_pressed(desk, school_mail, origin, location):
    assert school_mail() == 1
    assert desk.post("/messages/1/hold", query_string={"back": origin}).location == location


def test_one_is_discarded_with_a_reason_only(desk, school_mail):
    one = school_mail()
    page = desk.get(f"/messages/{one}/discard?lang=en").text
    assert "ana@school.example" in page
    bare = desk.post(f"/messages/{one}/discard", data={"reason": " "})
    assert (bare.status_code, row(one).state) == (422, STATES.WAITING)

    desk.post(f"/messages/{one}/discard", data={"reason": "Called <them>"})

    assert (row(one).state, row(one).reason) == (STATES.STOPPED, "Called <them>")
    page = desk.get(f"/messages/{one}?lang=en")
    assert "Called &lt;them&gt;" in page.text
    desk.post(undo_of(page))
    assert row(one).state is STATES.WAITING


def test_one_is_edited_and_what_was_typed_stays_when_it_is_refused(desk, school_mail):
    one = school_mail()
    page = desk.get(f"/messages/{one}/edit?lang=en").text
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', page)[1]
    assert "Questions? Call us" in page
    assert 'name="address"' not in page
    typed = {"subject": "New <day>", "text": "First\nSecond {link}", "seen": seen, "address": "evil@x.example"}

    wrong = desk.post(f"/messages/{one}/edit?lang=en", data=typed)

    assert wrong.status_code == 422
    assert "Second {link}" in wrong.text
    assert "Remove {link}" in wrong.text
    answer = desk.post(f"/messages/{one}/edit?back=list&state=waiting", data=typed | {"text": "First\nSecond"})
    assert answer.location == "/messages?state=waiting"
    stored = row(one)
    assert (stored.subject, stored.text[:15], stored.address) == (
        "New <day>",
        "First\n\nSecond\n\n",
        "ana@school.example",
    )
    late = desk.post(f"/messages/{one}/edit?lang=en", data=typed | {"text": "Third"})
    assert (late.status_code, "somebody has edited it meanwhile" in late.text, "Third" in late.text) == (
        409,
        True,
        True,
    )
    assert "edited" in desk.get("/messages?lang=en").text


def test_a_sent_one_leaves_again_once_and_only_while_it_is_so(desk, school_mail):
    one = school_mail(state=STATES.SENT)
    page = desk.get(f"/messages/{one}?lang=en").text
    assert "Send it again" in page

    answer = desk.post(f"/messages/{one}/send-copy")

    assert answer.location == f"/messages/{one + 1}"
    assert row(one + 1).state is STATES.WAITING
    again = desk.post(f"/messages/{one}/send-copy")
    assert again.location == f"/messages/{one}"
    assert "Not sent:" in desk.get(f"/messages/{one}?lang=en").text
    assert db.session.scalars(select(OutboxMessage.id).order_by(OutboxMessage.id)).all() == [one, one + 1]


def test_a_held_one_that_is_so_no_longer_is_not_sent_until_it_is_edited(desk, school_mail):
    one = school_mail(state=STATES.HELD)
    with transaction():
        newer = school_mail()
    desk.post(f"/messages/{one}/send?lang=en")
    assert row(one).state is STATES.HELD
    page = desk.get(f"/messages/{one}?lang=en").text
    assert "stays:" in page
    assert f'href="/messages/{newer}"' in page


def test_several_are_shown_first_then_done_and_taken_back(desk, programme, school_mail):
    one, two = school_mail(), school_mail("mira@school.example")
    protected = make_message("g@p.example", centre_id=programme.centre_id).id
    ticked = {"act": "discard", "rows": [str(one), str(two), str(protected), "x", "²"]}

    preview = desk.post("/messages/together?state=waiting&lang=en", data=ticked)

    assert preview.status_code == 200
    assert (row(one).state, "Discard 2 messages" in preview.text) == (STATES.WAITING, True)
    assert "always leave as written" in preview.text
    rows = re.findall(r'name="rows" value="(\d+)"', preview.text)
    assert rows == [str(one), str(two)]
    bare = desk.post("/messages/together?lang=en", data={"act": "discard", "seen": "1", "rows": rows, "reason": ""})
    assert (bare.status_code, row(one).state, "Write the reason." in bare.text) == (422, STATES.WAITING, True)
    sure = {"act": "discard", "seen": "1", "rows": [*rows, str(protected)], "reason": "Wrong day"}
    assert desk.post("/messages/together?state=waiting", data=sure).location == "/messages?state=waiting"
    page = desk.get("/messages?lang=en")
    assert "2 messages are discarded. 1 message stays:" in page.text
    assert [row(each).state for each in (one, two, protected)] == [STATES.STOPPED, STATES.STOPPED, STATES.WAITING]
    desk.post(undo_of(page))
    assert [row(each).state for each in (one, two)] == [STATES.WAITING] * 2


def test_nothing_ticked_an_unknown_act_and_a_strange_row_are_refused(desk, school_mail):
    one, theirs = school_mail(), make_message(centre_id=make_centre().id).id
    assert desk.post("/messages/together?lang=en", data={"act": "hold"}).status_code == 422
    for act in ("edit", "again", "x", ""):
        assert desk.post("/messages/together", data={"act": act, "rows": [str(one)]}).status_code == 422
    for seen in ("", "1"):
        told = desk.post("/messages/together", data={"act": "hold", "rows": [str(one), str(theirs)], "seen": seen})
        assert told.status_code == 404
    assert row(one).state is STATES.WAITING


@pytest.mark.parametrize("at", ["", "x", "2026-10-05", "2026-10-05T08:00:00", "9999-99-99T00:00:00+00:00"])
def test_a_moment_that_nobody_acted_at_is_not_found(desk, at):
    assert desk.post("/messages/undo", query_string={"at": at}).status_code == 404


@pytest.mark.parametrize("at", [MONDAY.isoformat(), "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_an_undo_that_comes_too_late_says_so(desk, at):
    assert desk.post("/messages/undo", query_string={"at": at}).status_code == 409


def test_trust_s55_messages_of_another_centre_and_protected_ones_are_out_of_reach(app, desk, programme, school_mail):
    theirs = make_message(centre_id=make_centre().id).id
    for path in ("hold", "send", "discard", "edit", "send-copy", "again"):
        assert desk.post(f"/messages/{theirs}/{path}", data={"reason": "x"}).status_code == 404, path
    protected = make_message("g@p.example", centre_id=programme.centre_id).id
    for path in ("hold", "send", "discard"):
        desk.post(f"/messages/{protected}/{path}", data={"reason": "x"})
    refused = desk.post(f"/messages/{protected}/edit", data={"subject": "x", "text": "y"})
    assert (refused.status_code, row(protected).state, row(protected).edited_at) == (409, STATES.WAITING, None)
    page = desk.get(f"/messages/{protected}?lang=en").text
    assert "never held, edited or discarded" in page
    assert "/hold" not in page
    one = school_mail()
    presenter = browser_of(app, make_user(Role.EDUCATOR, centre_id=programme.centre_id))
    officer = staff_of(app, programme, Role.SAFEGUARDING)
    for browser in (presenter, officer):
        assert browser.post(f"/messages/{one}/hold").status_code == 403


def test_delays_are_set_on_a_page_of_administrators(desk, chief, programme):
    assert desk.get("/messages/delays").status_code == 403
    assert "How long they wait" not in desk.get("/messages?lang=en").text
    assert "How long they wait" in chief.get("/messages?lang=en").text
    page = chief.get("/messages/delays?lang=en").text
    assert page.count('value="0" selected') + page.count('selected value="0"') == 4
    chosen = {"requests": "0", "visits": "15", "presenters": "60", "letters": "0"}
    assert chief.post("/messages/delays", data=chosen).status_code == 302
    assert queries.delays_of(programme.centre_id) == {MessageGroup.VISITS: 15, MessageGroup.PRESENTERS: 60}
    assert chief.post("/messages/delays", data=chosen | {"visits": "30"}).status_code == 422
    waiting = make_message(
        kind="visit_confirmed", values=VALUES, link=LinkWish("status", 7, "/status/{token}", 24), for_school=True,
        centre_id=programme.centre_id, about=("visit", 7),
    )  # fmt: skip
    assert waiting.not_before == MONDAY + 15 * MINUTE
    assert "until 11:15" in desk.get("/messages?lang=en").text


def test_what_waits_stands_at_its_visit_and_its_request(app, desk, programme):
    asked = make_school_request(programme=programme)
    visit = make_visit(programme_id=programme.id, centre_id=programme.centre_id)
    for about, number in ((("school_request", asked.id), asked.number), (("visit", visit.id), visit.number)):
        page = f"/requests/{number}" if number.startswith("R-") else f"/visits/{number}"
        assert "Messages that wait" not in desk.get(f"{page}?lang=en").text
        message = make_message(
            "ana@school.example", kind="visit_confirmed", values=VALUES, link=WISH, for_school=True, about=about,
            centre_id=programme.centre_id,
        )  # fmt: skip
        with transaction() as session:
            later = update(OutboxMessage).where(OutboxMessage.id == message.id)
            session.execute(later.values(not_before=MONDAY + 20 * MINUTE))
        shown = desk.get(f"{page}?lang=en").text
        assert "waits until" in shown
        assert "11:20" in shown
        where = unescape(re.search(r'formaction="(/messages/\d+/hold[^"]*)"', shown)[1])
        assert desk.post(where).location == page
        held = desk.get(f"{page}?lang=en")
        assert re.search(r"·\s+on hold", held.text)
        assert "/send?back=" in held.text
        undone = desk.post(undo_of(held))
        assert (undone.location, row(message.id).state) == (page, STATES.WAITING)
        if number.startswith("P-"):
            assert "Messages that wait" not in staff_of(app, programme, Role.SAFEGUARDING).get(f"{page}?lang=en").text
