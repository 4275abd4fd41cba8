"""Presenters found by typing: a name in either script, or digits of a number that is an adult's."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import or_, select

from scheduler.core.alphabet import names_key
from scheduler.core.db import db
from scheduler.core.names import spellings, whole_name
from scheduler.core.phone_search import holds_digits
from scheduler.core.text import fold
from scheduler.people.models import Presenter, User
from scheduler.people.queries import presenters_of
from scheduler.people.terms import PresenterRow


def presenters_found(
    centre_id: int, words: Sequence[str], digits: str = "", *, today: dt.date, limit: int = 20
) -> list[PresenterRow]:
    """Presenters of a centre in whose names every typed (folded) word occurs, in either script; or whose number holds
    the digits. The number of a minor, or of a guardian, finds nobody.

    Names are folded here, not in the database, where they stand as typed: a centre has some hundreds of presenters.
    """
    if not words and not digits:
        return []
    wanted = (
        select(Presenter.id, User.given_spelled, User.family_spelled)
        .join(Presenter.user)
        .where(Presenter.centre_id == centre_id, User.erased_at.is_(None))
        .order_by(Presenter.id)
    )
    if digits:
        grown = or_(Presenter.adult_on.is_(None), Presenter.adult_on <= today)
        wanted = wanted.where(grown, holds_digits(digits, Presenter.phone))
    names = db.session().execute(wanted).all()
    by_name = sorted(names, key=lambda row: names_key(row.family_spelled, row.given_spelled))
    sought = () if digits else words
    found = [row.id for row in by_name if all(word in _folded(*row[1:]) for word in sought)]
    return presenters_of(centre_id, Presenter.id.in_(found[:limit])) if found else []


def _folded(given: str, family: str) -> str:
    """All that she is found by: her name as she wrote it, and in the other letters."""
    return fold(" ".join(spellings(whole_name(given, family))))
