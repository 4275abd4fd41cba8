"""Presenters by name: each centre's list, of which a page shows some."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, select

from scheduler.core.alphabet import name_ranks
from scheduler.core.db import db
from scheduler.core.names import SpelledName
from scheduler.core.spelled_column import BETWEEN
from scheduler.people.models import Presenter, User
from scheduler.people.terms import PresenterName
from scheduler.places.models import Municipality

NAME_COLUMNS = (  # of a `PresenterName`
    *(Presenter.id, User.given_name, User.other_given_name, User.family_name, User.other_family_name),
    *(Municipality.name_sr_cyrl, Municipality.name_sr_latn, Presenter.adult_on),
    *(Presenter.suspended_at.is_not(None), Municipality.lat, Municipality.lon),
)


def presenter_names(centre_id: int, *among: ColumnElement[bool], most: int | None = None) -> list[PresenterName]:
    """The presenters of a centre, or the first some `among` them, by name, in one question; of whom a page shows more,
    it loads those it shows.
    """
    wanted = (
        select(*NAME_COLUMNS)
        .join(Presenter.user)
        .join(Presenter.home)
        .where(*_of_centre(centre_id), *among)
        .order_by(Presenter.id)
        .limit(most)
    )
    found = db.session.connection().execute(wanted).all()  # plain rows: of thousands nothing is made but an order
    rank = name_ranks(name for row in found for name in (row[1], row[3]))
    return [presenter_name(row) for row in sorted(found, key=lambda row: (rank[row[3]], rank[row[1]]))]


def _of_centre(centre_id: int) -> tuple[ColumnElement[bool], ...]:
    return Presenter.centre_id == centre_id, User.erased_at.is_(None)


def presenter_name(row: Any) -> PresenterName:
    """Of these columns."""
    who, given, other_given, family, other_family, *more = row
    return PresenterName(who, SpelledName(given, other_given), SpelledName(family, other_family), *more)


def presenter_ids_page(centre_id: int, *among: ColumnElement[bool], rows: slice) -> tuple[list[int], int]:
    """These rows of the same list, and how many there are; `among` asks of presenters alone.

    Thousands are read by their family names, a line each: only who bears a name of the page is told from the others.
    """
    bearer = cast(Presenter.id, String) + " " + User.given_name
    families = (
        select(User.family_name, func.count(), func.aggregate_strings(bearer, BETWEEN))
        .join(Presenter.user)
        .where(*_of_centre(centre_id), *among)
        .group_by(User.family_name)
    )
    found = db.session.connection().execute(families).all()
    rank = name_ranks(family for family, *_more in found)
    alike: dict[int, list[tuple[int, str]]] = defaultdict(list)  # a name in both letters stands in one place
    for family, many, bearers in found:
        alike[rank[family]].append((many, bearers))
    ids, passed = list[int](), 0
    for _place, heap in sorted(alike.items()):
        many = sum(one for one, _bearers in heap)
        if passed < rows.stop and passed + many > rows.start:
            ids += _by_given_name(bearers for _many, bearers in heap)[max(0, rows.start - passed) : rows.stop - passed]
        passed += many
    return ids, passed


def _by_given_name(texts: Iterable[str]) -> list[int]:
    bearers = [one.partition(" ") for text in texts for one in text.split(BETWEEN)]
    rank = name_ranks(given for _who, _space, given in bearers)
    return [who for _place, who in sorted((rank[given], int(who)) for who, _space, given in bearers)]
