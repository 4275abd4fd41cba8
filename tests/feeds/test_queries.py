"""What a private address gives."""

import datetime as dt
import re
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import replacement_traverse

from scheduler.core.db import transaction
from scheduler.core.errors import NotFound
from scheduler.feeds import anew, queries, rules
from scheduler.feeds.models import FeedToken
from scheduler.feeds.terms import FeedSeat
from scheduler.people.models import Presenter, User
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.terms.states import AssignmentState, PresentationState
from tests.calendar_readers import by_icalendar
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.calendar import make_entries
from tests.factories.feeds import make_entry_for, make_feed, whole_of
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_assignment

A = AssignmentState
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.both_databases


def events(token: str, now: dt.datetime = MONDAY) -> list[tuple[str, str]]:
    return [(event["uid"], event["status"]) for event in by_icalendar(whole_of(token, now=now).body)]


def test_a_feed_holds_its_presenters_entries_in_the_order_of_time(session: Session) -> None:
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


def test_an_empty_feed_is_a_calendar_too(session: Session) -> None:
    feed = whole_of(make_feed(a_cleared_educator(given_name="Јелена", family_name="Ристић")), now=MONDAY)

    assert by_icalendar(feed.body) == []
    assert "X-WR-CALNAME:Raspored: Jelena\r\n" in feed.body.decode()
    assert "Ристић" not in feed.body.decode()


def test_the_language_is_the_feeds_own(session: Session) -> None:
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


def test_nothing_changes_between_edits(session: Session) -> None:
    presenter = a_cleared_educator()
    make_entry_for(presenter)
    token = make_feed(presenter)

    first, second = whole_of(token, now=MONDAY), whole_of(token, now=MONDAY + 20 * DAY)

    assert (first.body, first.etag, first.last_modified) == (second.body, second.etag, second.last_modified)


def test_an_edit_changes_body_tag_and_moment_but_not_the_uid(session: Session) -> None:
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


def test_who_is_asked_again_has_one_entry_only(session: Session) -> None:
    presenter = a_cleared_educator()
    entry = make_entry_for(presenter, A.WITHDRAWN)
    make_assignment(entry, presenter.id, A.OFFERED)

    assert events(make_feed(presenter)) == [(entry.uid, "TENTATIVE")]


def test_a_withdrawn_suggestion_leaves_no_trace(session: Session) -> None:
    presenter = a_cleared_educator()
    make_entry_for(presenter, A.WITHDRAWN, offered_until=None)

    assert events(make_feed(presenter)) == []


def test_a_cancelled_presentation_is_struck_out_for_its_crew(session: Session) -> None:
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


def test_each_seat_is_shown_by_the_text_of_its_status(session: Session) -> None:
    presenter = a_cleared_educator()
    states = (A.ACCEPTED, A.OFFERED, A.ACCEPTED, A.WITHDRAWN, A.DECLINED)
    for day, state in enumerate(states, 1):
        make_entry_for(presenter, state, on_day=dt.date(2026, 11, day))

    body = whole_of(make_feed(presenter), now=MONDAY).body.decode()

    assert re.findall(r"STATUS:(\w+)", body) == ["CONFIRMED", "TENTATIVE", "CONFIRMED", "CANCELLED"]


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


def test_a_list_of_feeds_never_holds_an_address(session: Session) -> None:
    presenter = a_cleared_educator()
    token = make_feed(presenter, name="phone")
    make_feed(presenter, name="Outlook", last_read_at=MONDAY)
    make_feed(presenter, name="old", revoked_at=MONDAY)

    rows = queries.feeds_of(presenter.id)

    assert [(row.name, row.last_read_at) for row in rows] == [("Outlook", MONDAY), ("phone", None)]
    assert token not in repr(rows)


def test_a_presenter_is_found_by_address_in_any_case(session: Session) -> None:
    presenter = a_cleared_educator(email="jelena@centre.example")

    assert queries.presenter_id_by_email(" Jelena@Centre.Example ") == presenter.id
    assert queries.presenter_id_by_email("nobody@centre.example") is None
