"""Presenters by name: each centre's list, of which a page shows some."""

from typing import Any

from sqlalchemy import ColumnElement, select

from scheduler.core.alphabet import name_ranks
from scheduler.core.db import db
from scheduler.core.names import SpelledName
from scheduler.people.models import Presenter, User
from scheduler.people.terms import PresenterName
from scheduler.places.models import Municipality


def presenter_names(centre_id: int, *among: ColumnElement[bool], most: int | None = None) -> list[PresenterName]:
    """The presenters of a centre, or the first some `among` them, by name, in one question; of whom a page shows more,
    it loads those it shows.
    """
    return [_presenter_name(row) for row in _rows_by_name(centre_id, *among, most=most)]


def presenter_names_page(centre_id: int, *among: ColumnElement[bool], rows: slice) -> tuple[list[PresenterName], int]:
    """These rows of the same, and how many there are: only whom a page shows is more than a line of the answer."""
    found = _rows_by_name(centre_id, *among, most=None)
    return [_presenter_name(row) for row in found[rows]], len(found)


def _rows_by_name(centre_id: int, *among: ColumnElement[bool], most: int | None) -> list[Any]:
    wanted = (
        select(
            *(Presenter.id, User.given_name, User.other_given_name, User.family_name, User.other_family_name),
            *(Municipality.name_sr_cyrl, Municipality.name_sr_latn, Presenter.adult_on),
            *(Presenter.suspended_at.is_not(None), Municipality.lat, Municipality.lon),
        )
        .join(Presenter.user)
        .join(Presenter.home)
        .where(Presenter.centre_id == centre_id, User.erased_at.is_(None), *among)
        .order_by(Presenter.id)
        .limit(most)
    )
    found = db.session.connection().execute(wanted).all()  # plain rows: of thousands nothing is made but an order
    rank = name_ranks(name for row in found for name in (row[1], row[3]))
    return sorted(found, key=lambda row: (rank[row[3]], rank[row[1]]))


def _presenter_name(row: Any) -> PresenterName:
    who, given, other_given, family, other_family, *more = row
    return PresenterName(who, SpelledName(given, other_given), SpelledName(family, other_family), *more)
