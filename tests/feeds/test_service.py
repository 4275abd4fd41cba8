"""Addresses are made, renewed and revoked by their owner, and shown once."""

import datetime as dt
import gzip
import threading

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.core.tokens import token_hash
from scheduler.feeds import queries, service
from scheduler.feeds.models import FeedToken
from scheduler.people.models import Presenter, User
from scheduler.policy import ANONYMOUS, SYSTEM, Role
from tests.factories import MONDAY
from tests.factories.feeds import make_feed, whole_of
from tests.factories.people import an_actor, make_presenter, presenter_actor

MINUTE = dt.timedelta(minutes=1)
pytestmark = pytest.mark.both_databases


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


@pytest.mark.parametrize(("name", "reason"), [("", "missing"), ("x" * 41, "too_long"), ("phone", "exists")])
def test_a_bad_name_is_refused_and_nothing_is_stored(session: Session, name: str, reason: str) -> None:
    presenter = make_presenter()
    make_feed(presenter, name="phone")

    with pytest.raises(Rejected) as refusal:
        service.make_feed(presenter_actor(presenter), name, "en", now=MONDAY)

    assert refusal.value.problems == {"name": reason}
    assert len(rows(session)) == 1


def test_there_are_five_and_a_revoked_one_makes_room(session: Session) -> None:
    actor = presenter_actor(make_presenter())
    for name in "abcde":
        service.make_feed(actor, name, "en", now=MONDAY)

    with pytest.raises(Rejected) as refusal:
        service.make_feed(actor, "f", "en", now=MONDAY)
    service.revoke_feed(actor, rows(session)[0].id, now=MONDAY)
    service.make_feed(actor, "a", "en", now=MONDAY)

    assert refusal.value.problems == {"name": "too_many_feeds"}
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


def test_a_renewed_feed_needs_no_room_of_its_own(session: Session) -> None:
    presenter = make_presenter()
    for name in "abcde":
        make_feed(presenter, name=name)

    service.renew_feed(SYSTEM, presenter.id, "a", now=MONDAY)
    with pytest.raises(Rejected):
        service.renew_feed(SYSTEM, presenter.id, "f", now=MONDAY)

    assert len([row for row in rows(session) if row.revoked_at is None]) == 5


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
    with pytest.raises(NotAllowed):
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


def test_a_reading_is_written_once_in_fifteen_minutes_and_changes_nothing_else(session: Session) -> None:
    token = make_feed(make_presenter())
    before = {key: value for key, value in vars(rows(session)[0]).items() if key[0] != "_"}
    seen = []

    for minutes in (0, 1, 14, 15, 29, 30):
        now = MONDAY + minutes * MINUTE
        service.note_read(whole_of(token, now=now), now=now)
        seen.append((rows(session)[0].last_read_at - MONDAY) // MINUTE)

    assert seen == [0, 0, 0, 15, 15, 30]
    after = {key: value for key, value in vars(rows(session)[0]).items() if key[0] != "_"}
    assert after == before | {"last_read_at": MONDAY + 30 * MINUTE}
    assert session.scalars(select(AuditEntry)).all() == []


def test_of_two_readers_at_once_the_slower_does_not_write_again(session: Session) -> None:
    token = make_feed(make_presenter())
    first = second = whole_of(token, now=MONDAY)

    service.note_read(first, now=MONDAY)
    service.note_read(second, now=MONDAY + MINUTE)

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
    service.note_read(given, now=MONDAY)
    monkeypatch.undo()

    assert gzip.decompress(given.packed) == whole_of(token, now=MONDAY).body
    assert (given.modified_at, queries.kept_feed(token, now=MONDAY), rows(session)[0].last_read_at) == (None,) * 3
