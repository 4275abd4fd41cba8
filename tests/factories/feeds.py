"""A presenter's feed with its token, and entries in it."""

import datetime as dt
from typing import Any

from scheduler.core.db import transaction
from scheduler.core.tokens import new_token, token_hash
from scheduler.feeds.anew import made_anew
from scheduler.feeds.models import FeedToken
from scheduler.feeds.terms import WholeFeed
from scheduler.people.models import Presenter
from scheduler.visits.models.visits import Presentation
from scheduler.visits.terms.states import AssignmentState, PresentationState
from tests.factories import MONDAY, a_number
from tests.factories.calendar import make_entries
from tests.factories.visits import make_assignment, make_presentation, make_visit


def make_feed(presenter: Presenter, **given: Any) -> str:
    """A living feed in English; returns its token."""
    token = new_token()
    fair = {"name": f"phone {a_number()}", "language": "en", "created_at": MONDAY - dt.timedelta(days=1)}
    with transaction() as session:
        session.add(FeedToken(token_hash=token_hash(token), presenter_id=presenter.id, **(fair | given)))
    return token


def whole_of(token: str, *, now: dt.datetime) -> WholeFeed:
    """What an address gives, all of it made anew: what is kept and sent must be the same. Raises: NotFound."""
    return made_anew(token_hash(token), now)


def make_entry_for(
    presenter: Presenter,
    state: AssignmentState = AssignmentState.ACCEPTED,
    on_day: dt.date = dt.date(2026, 10, 6),
    starts_local: dt.time = dt.time(10, 0),
    **given: Any,
) -> Presentation:
    """A presentation with stored texts at which the presenter stands in this state."""
    visit = make_visit(on_day=on_day)
    presentation = make_presentation(visit, starts_local, given.pop("presentation_state", PresentationState.PLANNED))
    make_assignment(presentation, presenter.id, state, **given)
    make_entries(presentation)
    return presentation
