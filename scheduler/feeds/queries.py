"""What a private address gives, and what its owner sees of it."""

import datetime as dt
import hashlib

from sqlalchemy import select, tuple_

from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.language import SOURCE, translator
from scheduler.core.tokens import token_hash
from scheduler.feeds import rules
from scheduler.feeds.models import FeedToken
from scheduler.feeds.terms import Feed, FeedRow, FeedSeat
from scheduler.people.models import Presenter, User
from scheduler.visits import ics
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.terms.states import EntryStatus

ENTRIES_AT_ONCE = 5_000  # entries asked for in one statement: two parameters each, under both databases' limit


def body_of(token: str, *, now: dt.datetime) -> Feed:
    """What a feed's address gives now: a pure function of the token and the database.

    Raises: NotFound when the token is unknown or revoked, or its presenter suspended: all look alike.
    """
    row = (
        db.session()
        .execute(
            select(FeedToken, User.given_name)
            .join(Presenter, Presenter.id == FeedToken.presenter_id)
            .join(User, User.id == Presenter.user_id)
            .where(
                FeedToken.token_hash == token_hash(token),
                FeedToken.revoked_at.is_(None),
                Presenter.suspended_at.is_(None),
                User.suspended_at.is_(None),
            )
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound("feed")
    feed, given_name = row
    seats = _seats(feed.presenter_id)
    texts = _texts(rules.entries(seats, now), feed.language)
    _ = translator(feed.language).gettext
    body = ics.calendar(texts, _("Raspored: %(name)s") % {"name": given_name})
    return Feed(
        feed_id=feed.id,
        body=body,
        etag=hashlib.sha256(body).hexdigest()[:32],
        last_modified=rules.last_change(seats, feed.created_at, now),
        last_read_at=feed.last_read_at,
    )


def _seats(presenter_id: int) -> list[FeedSeat]:
    """All assignments of a presenter, in the order of the day."""
    rows = db.session().execute(
        select(
            Presentation.id,
            Assignment.state,
            Assignment.state_since,
            Assignment.offered_until.is_not(None),
            Presentation.state,
            Presentation.state_since,
            Presentation.edited_at,
            Visit.moved_at,
        )
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(Assignment.presenter_id == presenter_id)
        .order_by(Presentation.starts_at, Presentation.id, Assignment.id)
    )
    return [FeedSeat(*row) for row in rows]


def _texts(shown: dict[int, EntryStatus], language: str) -> list[str]:
    """The stored VEVENTs in the order given; a presentation whose text is not written yet is left out.

    One last edited before a language was added is told in English: better than a calendar without it.
    """
    wanted = list(shown.items())
    key = tuple_(CalendarEntry.presentation_id, CalendarEntry.status)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), ENTRIES_AT_ONCE):
        rows = db.session().execute(
            select(CalendarEntry.presentation_id, CalendarEntry.text)
            .where(CalendarEntry.language.in_({language, SOURCE}), key.in_(wanted[start : start + ENTRIES_AT_ONCE]))
            .order_by(CalendarEntry.language == language)  # in its own language last: that one stays
        )
        found.update((presentation_id, text) for presentation_id, text in rows)
    return [found[presentation_id] for presentation_id in shown if presentation_id in found]


def feeds_of(presenter_id: int) -> list[FeedRow]:
    """The living feeds of a presenter by name."""
    rows = db.session().scalars(
        select(FeedToken)
        .where(FeedToken.presenter_id == presenter_id, FeedToken.revoked_at.is_(None))
        .order_by(FeedToken.name, FeedToken.id)
    )
    return [FeedRow(row.id, row.name, row.language, row.created_at, row.last_read_at) for row in rows]


def presenter_id_by_email(email: str) -> int | None:
    """The presenter who signs in with this address, in any case of letters; None when there is none."""
    return db.session().scalar(
        select(Presenter.id).join(User, User.id == Presenter.user_id).where(User.email == email.strip().lower())
    )
