"""A calendar made from the database: a pure function of its token, its presenter's seats and the moment."""

import datetime as dt
import hashlib
from functools import cache
from pathlib import Path

from sqlalchemy import ScalarSelect, SQLColumnExpression, and_, bindparam, case, func, literal, select
from sqlalchemy.orm import Session

from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.language import SOURCE, translator
from scheduler.core.names import SpelledName, spelled
from scheduler.feeds import rules
from scheduler.feeds.models import FeedToken, FeedVersion
from scheduler.feeds.terms import FeedSeat, WholeFeed
from scheduler.people.models import Presenter, User
from scheduler.visits import ics
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.terms.states import EntryStatus

Texts = dict[tuple[int, EntryStatus], str]  # stored VEVENTs by the presentation and the status that they show


def version_of(presenter_id: SQLColumnExpression[int | None]) -> ScalarSelect[int]:
    """How often what her calendars show has changed; the database counts (models.py)."""
    steps = func.coalesce(func.sum(FeedVersion.steps), 0)
    return select(steps).where(FeedVersion.presenter_id == presenter_id).scalar_subquery()


LIVING = (FeedToken.revoked_at.is_(None), FeedToken.token_hash == bindparam("hash"))


@cache
def release_of(language: str) -> str:
    """The words and the rules of this release: what another one made is made anew."""
    head = ics.calendar((), title_of(language))
    rules_of_release = [Path(str(one)).read_bytes() for one in (__file__, rules.__file__, ics.__file__)]
    return hashlib.sha256(b"\0".join([head, *rules_of_release])).hexdigest()[:32]


def title_of(language: str) -> str:
    _ = translator(language).gettext
    return str(_("Raspored: %(name)s"))


_WHO = (
    select(
        FeedToken.id,
        FeedToken.presenter_id,
        FeedToken.language,
        FeedToken.created_at,
        FeedToken.last_read_at,
        User.given_name,
        User.other_given_name,
        version_of(FeedToken.presenter_id).label("version"),
    )
    .join(Presenter, Presenter.id == FeedToken.presenter_id)
    .join(User, User.id == Presenter.user_id)
    .where(*LIVING, Presenter.suspended_at.is_(None), User.suspended_at.is_(None))
)
_SHOWN_AS = case(  # if at all: `rules.shown_as` decides
    *(
        (Presentation.state == state, literal(EntryStatus.CANCELLED, CalendarEntry.status.type))
        for state in sorted(rules.OFF)
    ),
    *(
        (Assignment.state == state, literal(status, CalendarEntry.status.type))
        for state, status in rules.LIVING.items()
    ),
    else_=literal(EntryStatus.CANCELLED, CalendarEntry.status.type),
)
_SEATS = (
    select(
        CalendarEntry.status,
        CalendarEntry.text,
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
    .outerjoin(
        CalendarEntry,
        and_(
            CalendarEntry.presentation_id == Presentation.id,
            CalendarEntry.status == _SHOWN_AS,
            CalendarEntry.language == bindparam("language"),
        ),
    )
    .where(Assignment.presenter_id == bindparam("presenter_id"))
    .order_by(Presentation.starts_at, Presentation.id, Assignment.id)
)


def made_anew(hashed: str, now: dt.datetime) -> WholeFeed:
    """What a feed's address gives now.

    The version is read before the seats: what changes in between makes the version too old, never the text.
    A presentation whose text is not written yet is left out; one last edited before a language was added is told in
    English. Raises: NotFound when the token is unknown or revoked, or its presenter suspended: all look alike.
    """
    session = db.session()
    reader = session.execute(_WHO, {"hash": hashed}).one_or_none()
    if reader is None:
        raise NotFound("feed")
    seats, texts = _seats(session, reader.presenter_id, reader.language)
    shown = rules.entries(seats, now)
    if not shown.items() <= texts.keys():
        texts = _seats(session, reader.presenter_id, SOURCE)[1] | texts
    name = spelled(SpelledName(reader.given_name, reader.other_given_name), reader.language)
    entries = [texts[one] for one in shown.items() if one in texts]
    body = ics.calendar(entries, title_of(reader.language) % {"name": name})
    return WholeFeed(
        reader.id,
        hashlib.sha256(body).hexdigest()[:32],
        rules.last_change(seats, reader.created_at, now),
        reader.last_read_at,
        reader.version,
        release_of(reader.language),
        *rules.holds(seats, now),
        body,
    )


def _seats(session: Session, presenter_id: int, language: str) -> tuple[list[FeedSeat], Texts]:
    """Her seats in the order of time, and the texts in which they are shown."""
    seats, texts = [], Texts()
    for status, text, *row in session.execute(_SEATS, {"presenter_id": presenter_id, "language": language}):
        seats.append(seat := FeedSeat._make(row))
        if text is not None:
            texts[seat.presentation_id, status] = text
    return seats, texts
