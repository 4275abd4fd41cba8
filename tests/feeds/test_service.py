"""Addresses are made, renewed and revoked by their owner, and shown once."""

import datetime as dt
import gzip
import re
import threading
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import replacement_traverse

from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.core.tokens import token_hash
from scheduler.feeds import anew, queries, rules, service
from scheduler.feeds.models import FeedToken
from scheduler.feeds.terms import FeedSeat
from scheduler.people.models import Presenter, User
from scheduler.policy import ANONYMOUS, SYSTEM, Role
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.terms.states import AssignmentState, PresentationState
from tests.calendar_readers import by_icalendar
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.calendar import make_entries
from tests.factories.feeds import make_entry_for, make_feed, whole_of
from tests.factories.people import an_actor, make_presenter, presenter_actor
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_assignment
from tests.refusals import rejection

pytestmark = pytest.mark.both_databases

MINUTE = dt.timedelta(minutes=1)


def rows(session: Session) -> list[FeedToken]:
    session.rollback()
    return list(session.scalars(select(FeedToken).order_by(FeedToken.id)))


def test_an_address_is_made_once_and_only_its_hash_is_stored(session: Session) -> None:
    presenter = make_presenter()

    token = service.make_feed(presenter_actor(presenter), "phone", "sr_Latn", now=MONDAY)

    (row,) = rows(session)
    assert len(token) >= 43
    assert row.token_hash == token_hash(token)
    assert (row.presenter_id, row.name, row.language, row.created_at) == (presenter.id, "phone", "sr_Latn", MONDAY)
    assert whole_of(token, now=MONDAY).feed_id == row.id
    audited = session.scalars(select(AuditEntry).where(AuditEntry.thing == "feed_token")).all()
    assert [(entry.action, entry.thing_id) for entry in audited] == [("feed made", row.id)]
    assert token not in repr([vars(entry) for entry in audited])


def test_there_are_five_a_renewed_one_needs_no_room_and_a_revoked_one_makes_some(session: Session) -> None:
    presenter = make_presenter()
    actor = presenter_actor(presenter)
    for name in "abcde":
        service.make_feed(actor, name, "en", now=MONDAY)

    with rejection(name="too_many_feeds"):
        service.make_feed(actor, "f", "en", now=MONDAY)
    with rejection(name="too_many_feeds"):
        service.renew_feed(SYSTEM, presenter.id, "f", now=MONDAY)
    service.renew_feed(SYSTEM, presenter.id, "e", now=MONDAY)
    service.revoke_feed(actor, rows(session)[0].id, now=MONDAY)
    service.make_feed(actor, "a", "en", now=MONDAY)

    assert [row.name for row in rows(session) if row.revoked_at is None] == ["b", "c", "d", "e", "a"]


def test_trust_s27_renewing_kills_the_old_address_at_once(session: Session) -> None:
    presenter = make_presenter()
    actor = presenter_actor(presenter)
    old = service.make_feed(actor, "phone", "sr_Cyrl", now=MONDAY)
    other = service.make_feed(actor, "Outlook", "en", now=MONDAY)

    new = service.renew_feed(actor, presenter.id, "phone", now=MONDAY + MINUTE)

    assert new != old
    assert whole_of(new, now=MONDAY + MINUTE).body
    assert whole_of(other, now=MONDAY + MINUTE).body
    with pytest.raises(NotFound):
        whole_of(old, now=MONDAY + MINUTE)
    assert [row.language for row in rows(session)] == ["sr_Cyrl", "en", "sr_Cyrl"]


def test_a_name_that_is_new_gets_a_feed_in_the_presenters_own_language(session: Session) -> None:
    presenter = make_presenter()
    with transaction() as writing:
        writing.get_one(User, presenter.user_id).language = "sr_Latn"
    service.renew_feed(SYSTEM, presenter.id, "calendar", now=MONDAY)
    assert [(row.name, row.language) for row in rows(session)] == [("calendar", "sr_Latn")]


def test_revoking_works_at_once_and_twice_is_once(session: Session) -> None:
    presenter = make_presenter()
    token = make_feed(presenter)
    feed_id = rows(session)[0].id

    service.revoke_feed(presenter_actor(presenter), feed_id, now=MONDAY)
    service.revoke_feed(presenter_actor(presenter), feed_id, now=MONDAY + MINUTE)

    assert rows(session)[0].revoked_at == MONDAY
    with pytest.raises(NotFound):
        whole_of(token, now=MONDAY)


def test_nobody_touches_anothers_feeds_but_staff_may_revoke_them(session: Session) -> None:
    presenter = make_presenter()
    make_feed(presenter, name="phone")
    feed_id = rows(session)[0].id
    stranger, coordinator = presenter_actor(make_presenter()), an_actor(centre_id=presenter.centre_id)

    with pytest.raises(NotFound):
        service.revoke_feed(stranger, feed_id, now=MONDAY)
    with pytest.raises(NotFound):
        service.renew_feed(stranger, presenter.id, "phone", now=MONDAY)
    with pytest.raises(NotFound):
        service.revoke_feed(an_actor(), feed_id, now=MONDAY)
    with pytest.raises(NotFound):
        service.renew_feed(coordinator, presenter.id, "phone", now=MONDAY)
    for nobody in (ANONYMOUS, coordinator, an_actor(Role.SAFEGUARDING)):
        with pytest.raises(NotAllowed):
            service.make_feed(nobody, "mine", "en", now=MONDAY)
    assert [row.revoked_at for row in rows(session)] == [None]

    service.revoke_feed(coordinator, feed_id, now=MONDAY)
    assert [row.revoked_at for row in rows(session)] == [MONDAY]


def test_a_suspended_presenter_makes_no_address(session: Session) -> None:
    presenter = make_presenter()
    with transaction() as writing:
        writing.get_one(Presenter, presenter.id).suspended_at = MONDAY

    with pytest.raises(NotFound):
        service.make_feed(presenter_actor(presenter), "phone", "en", now=MONDAY)
    with pytest.raises(NotFound):
        service.renew_feed(SYSTEM, presenter.id, "phone", now=MONDAY)
    assert rows(session) == []


def test_of_two_readers_at_once_the_slower_does_not_write_again(session: Session) -> None:
    token = make_feed(make_presenter())
    first = second = whole_of(token, now=MONDAY)
    service.note_read(first, "Google-Calendar-Importer", now=MONDAY)
    service.note_read(second, "", now=MONDAY + MINUTE)
    assert rows(session)[0].last_read_at == MONDAY


def test_ten_presses_at_once_make_five_feeds(app: Flask, session: Session) -> None:
    actor = presenter_actor(make_presenter())
    session.rollback()
    told: list[str] = []

    def press(number: int) -> None:
        with app.app_context():
            try:
                service.make_feed(actor, f"feed {number}", "en", now=MONDAY)
                told.append("made")
            except Rejected as refusal:
                told.append(refusal.problems["name"])

    presses = [threading.Thread(target=press, args=(number,)) for number in range(10)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()

    assert sorted(told) == ["made"] * 5 + ["too_many_feeds"] * 5
    assert len(rows(session)) == 5


def test_a_busy_database_keeps_no_answer_back(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    token = make_feed(make_presenter())

    def busy() -> None:
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("locked"))

    monkeypatch.setattr(service, "transaction", busy)
    given = service.renewed_body(token, now=MONDAY)
    service.note_read(given, "", now=MONDAY)
    monkeypatch.undo()

    assert gzip.decompress(given.packed) == whole_of(token, now=MONDAY).body
    assert (given.modified_at, queries.kept_feed(token, now=MONDAY), rows(session)[0].last_read_at) == (None,) * 3


# What a private address gives.

A = AssignmentState
DAY = dt.timedelta(days=1)


def events(token: str, now: dt.datetime = MONDAY) -> list[tuple[str, str]]:
    return [(event["uid"], event["status"]) for event in by_icalendar(whole_of(token, now=now).body)]


def test_each_seat_is_shown_by_the_text_of_its_status_in_the_order_of_time(session: Session) -> None:
    presenter, other = a_cleared_educator(), a_cleared_educator()
    later = make_entry_for(presenter, on_day=dt.date(2026, 10, 8))
    offered = make_entry_for(presenter, A.OFFERED, on_day=dt.date(2026, 10, 7))
    make_entry_for(presenter, A.DECLINED, on_day=dt.date(2026, 10, 9))
    make_entry_for(presenter, A.SUGGESTED, on_day=dt.date(2026, 10, 10))
    gone = make_entry_for(presenter, A.WITHDRAWN, on_day=dt.date(2026, 10, 11))
    make_entry_for(other)

    assert events(make_feed(presenter)) == [
        (offered.uid, "TENTATIVE"),
        (later.uid, "CONFIRMED"),
        (gone.uid, "CANCELLED"),
    ]

    presenter = a_cleared_educator()
    states = (A.ACCEPTED, A.OFFERED, A.ACCEPTED, A.WITHDRAWN, A.DECLINED)
    for day, state in enumerate(states, 1):
        make_entry_for(presenter, state, on_day=dt.date(2026, 11, day))

    body = whole_of(make_feed(presenter), now=MONDAY).body.decode()

    assert re.findall(r"STATUS:(\w+)", body) == ["CONFIRMED", "TENTATIVE", "CONFIRMED", "CANCELLED"]


def test_an_empty_feed_is_a_calendar_and_each_has_its_own_language(session: Session) -> None:
    feed = whole_of(make_feed(a_cleared_educator(given_name="Јелена", family_name="Ристић")), now=MONDAY)
    assert by_icalendar(feed.body) == []
    assert "X-WR-CALNAME:Raspored: Jelena\r\n" in feed.body.decode()
    assert "Ристић" not in feed.body.decode()

    presenter = a_cleared_educator()
    make_entry_for(presenter)

    titles = [
        by_icalendar(whole_of(make_feed(presenter, language=language), now=MONDAY).body)[0]["summary"]
        for language in ("sr_Cyrl", "sr_Latn", "en")
    ]

    assert titles == [
        "Разговор са ученицима, ОШ „Вук Караџић“",
        "Razgovor sa učenicima, OŠ „Vuk Karadžić“",
        "Talk with pupils, OŠ „Vuk Karadžić“",
    ]


def test_an_edit_alone_changes_body_tag_and_moment_but_not_the_uid(session: Session) -> None:
    presenter = a_cleared_educator()
    make_entry_for(presenter)
    token = make_feed(presenter)

    first, second = whole_of(token, now=MONDAY), whole_of(token, now=MONDAY + 20 * DAY)

    assert (first.body, first.etag, first.last_modified) == (second.body, second.etag, second.last_modified)

    presenter = a_cleared_educator()
    entry = make_entry_for(presenter)
    token = make_feed(presenter)
    before = whole_of(token, now=MONDAY)

    with transaction() as writing:
        row = writing.get_one(Presentation, entry.id)
        row.sequence, row.edited_at = 1, MONDAY + DAY
    make_entries(row)
    after = whole_of(token, now=MONDAY + 2 * DAY)

    assert (before.etag != after.etag, after.last_modified) == (True, MONDAY + DAY)
    assert [(e["uid"], e["sequence"]) for e in by_icalendar(after.body)] == [(entry.uid, "1")]


def test_struck_out_entries_go_after_30_days_and_the_moment_says_so(session: Session) -> None:
    presenter = a_cleared_educator()
    make_entry_for(presenter, A.WITHDRAWN)
    token = make_feed(presenter)
    assert [status for _uid, status in events(token, MONDAY + 29 * DAY)] == ["CANCELLED"]
    assert events(token, MONDAY + 31 * DAY) == []
    assert whole_of(token, now=MONDAY + 31 * DAY).last_modified == MONDAY + 30 * DAY


def test_who_is_asked_again_has_one_entry_and_a_cancelled_one_is_struck_out_unless_it_was_only_suggested(session):
    presenter = a_cleared_educator()
    entry = make_entry_for(presenter, A.WITHDRAWN)
    make_assignment(entry, presenter.id, A.OFFERED)

    assert events(make_feed(presenter)) == [(entry.uid, "TENTATIVE")]

    presenter = a_cleared_educator()
    make_entry_for(presenter, A.WITHDRAWN, offered_until=None)

    assert events(make_feed(presenter)) == []

    presenter = a_cleared_educator()
    entry = make_entry_for(presenter, presentation_state=PresentationState.CANCELLED)

    assert events(make_feed(presenter)) == [(entry.uid, "CANCELLED")]


def test_unknown_revoked_and_suspended_all_look_alike(session: Session) -> None:
    presenter = a_cleared_educator()
    alive = make_feed(presenter)
    revoked = make_feed(presenter, revoked_at=MONDAY)
    stored = session.scalars(select(FeedToken.token_hash)).first()
    assert events(alive) == []

    for token in (revoked, "x" * 43, "", "ж" * 43, stored):
        with pytest.raises(NotFound):
            whole_of(token, now=MONDAY)


@pytest.mark.parametrize("whom", [Presenter, User])
def test_a_suspended_presenters_feed_is_gone_at_once(session: Session, whom: type) -> None:
    presenter = a_cleared_educator()
    token = make_feed(presenter)
    assert whole_of(token, now=MONDAY).body

    with transaction() as writing:
        writing.get_one(whom, presenter.id if whom is Presenter else presenter.user_id).suspended_at = MONDAY

    with pytest.raises(NotFound):
        whole_of(token, now=MONDAY)


def test_one_entry_and_many_need_the_same_number_of_queries(session: Session) -> None:
    one, many = a_cleared_educator(), a_cleared_educator()
    make_entry_for(one)
    for day in range(1, 28):
        make_entry_for(many, on_day=dt.date(2026, 11, day))
    tokens = make_feed(one), make_feed(many)

    counts = []
    for token in tokens:
        with statements() as asked:
            whole_of(token, now=MONDAY)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    at_most(2, counts[0])


def test_the_database_takes_the_status_that_the_rule_shows_if_it_shows_any(session: Session) -> None:
    pairs = list(product(A, PresentationState))
    rows = (
        select(
            sa.literal(seat, Assignment.state.type).label("seat"),
            sa.literal(presentation, Presentation.state.type).label("presentation"),
        )
        for seat, presentation in pairs
    )
    both = sa.union_all(*rows).subquery("both")
    columns = {"assignment": both.c.seat, "presentation": both.c.presentation}

    def of_both(element: Any, **_given: Any) -> Any:
        return columns[element.table.name] if isinstance(element, sa.Column) else None

    taken = replacement_traverse(anew._SHOWN_AS, {}, of_both)
    found = session.execute(select(both.c.seat, both.c.presentation, taken)).all()

    assert len(found) == len(pairs)
    for seat_state, presentation_state, status in found:
        seat = FeedSeat(1, seat_state, MONDAY, True, presentation_state, MONDAY, MONDAY)
        assert rules.shown_as(seat, MONDAY) in (None, status)


def test_a_list_of_feeds_holds_no_address_and_a_presenter_is_found_by_hers_in_any_case(session: Session) -> None:
    presenter = a_cleared_educator()
    token = make_feed(presenter, name="phone")
    make_feed(presenter, name="Outlook", last_read_at=MONDAY)
    make_feed(presenter, name="old", revoked_at=MONDAY)

    rows = queries.feeds_of(presenter.id)

    assert [(row.name, row.last_read_at) for row in rows] == [("Outlook", MONDAY), ("phone", None)]
    assert token not in repr(rows)

    presenter = a_cleared_educator(email="jelena@centre.example")

    assert queries.presenter_id_by_email(" Jelena@Centre.Example ") == presenter.id
    assert queries.presenter_id_by_email("nobody@centre.example") is None
