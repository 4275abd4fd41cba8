"""Presenters found by typing: a name in either script, or digits of a number that is an adult's."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, or_, select, true

from scheduler.core.alphabet import names_key
from scheduler.core.db import db
from scheduler.core.names import SpelledName
from scheduler.core.phone_search import holds_digits
from scheduler.people.models import Presenter, User
from scheduler.people.queries import presenters_of
from scheduler.people.rules import folded_person
from scheduler.people.search_models import PersonSearchKey
from scheduler.people.terms import PresenterName, PresenterRow
from scheduler.staffing.queries.by_name import presenter_names

MOST_OFFERED = 40  # people whom a form lists


def presenters_found(
    centre_id: int, words: Sequence[str], digits: str = "", *, today: dt.date, limit: int = 20
) -> list[PresenterRow]:
    """Presenters of a centre in whose names every typed (folded) word occurs, in either script; or whose number holds
    the digits. The number of a minor, or of a guardian, finds nobody.

    Names stand in the database as typed; beside them it keeps them folded.
    """
    if not words and not digits:
        return []
    wanted = _named(centre_id, () if digits else words)
    if digits:
        grown = or_(Presenter.adult_on.is_(None), Presenter.adult_on <= today)
        wanted = wanted.where(grown, holds_digits(digits, Presenter.phone))
    found = _by_name(db.session().execute(wanted).all(), () if digits else words)
    return presenters_of(centre_id, Presenter.id.in_(found[:limit])) if found else []


@dataclass(frozen=True)
class PeopleOffered:
    """Of whom a form lets somebody choose: all whom a centre may send, or, where they are many, those found by name."""

    people: list[PresenterName]  # who was chosen already is among them
    all_of_them: bool
    too_many: bool = False  # more were found than are shown


def people_offered(
    centre_id: int, words: Sequence[str], chosen: Collection[int] = (), kept: Collection[int] = ()
) -> PeopleOffered:
    """Presenters who are not suspended, and who is chosen already; never more than a page of them.

    All of them where they are that few. Of more those in whose names every typed (folded) word occurs. Of those who are
    `kept` a suspended one may stay chosen.
    """
    able = Presenter.suspended_at.is_(None)
    few = presenter_names(centre_id, able, most=MOST_OFFERED + 1)
    all_of_them, found = len(few) <= MOST_OFFERED, list[int]()
    if all_of_them:
        wanted = set(chosen) - {one.presenter_id for one in few}
    else:
        few, found = [], _found_ids(centre_id, words) if words else []
        wanted = {*chosen, *found[:MOST_OFFERED]}
    more = presenter_names(centre_id, Presenter.id.in_(wanted), or_(able, Presenter.id.in_(kept))) if wanted else []
    people = sorted([*few, *more], key=lambda one: names_key(one.family_name, one.given_name))
    return PeopleOffered(people, all_of_them, len(found) > MOST_OFFERED)


def _found_ids(centre_id: int, words: Sequence[str]) -> list[int]:
    names = db.session().execute(_named(centre_id, words).where(Presenter.suspended_at.is_(None)))
    return _by_name(names.all(), words)


def _named(centre_id: int, words: Sequence[str]) -> Select[int, SpelledName, SpelledName, str | None]:
    """Presenters whose folded names have every word, or are not kept yet."""
    key = PersonSearchKey.search_key
    has_words = and_(true(), *(key.contains(word, autoescape=True) for word in words))
    return (
        select(Presenter.id, User.given_spelled, User.family_spelled, key)
        .join(Presenter.user)
        .join(PersonSearchKey, PersonSearchKey.user_id == User.id)
        .where(PersonSearchKey.centre_id == centre_id, Presenter.centre_id == centre_id, User.erased_at.is_(None))
        .where(or_(key.is_(None), has_words))
        .order_by(Presenter.id)
    )


def _by_name(rows: Sequence[Any], words: Sequence[str]) -> list[int]:
    """Who has every word in her name, by name: only those who were found are put in order."""
    found = [row for row in rows if row.search_key is not None or _has(row, words)]
    return [row.id for row in sorted(found, key=lambda row: names_key(row.family_spelled, row.given_spelled))]


def _has(row: Any, words: Sequence[str]) -> bool:
    folded = folded_person(row.given_spelled, row.family_spelled)
    return all(word in folded for word in words)
