"""Presenters of a centre by the many ways in which people's own lists write them."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.core.names import SpelledName
from scheduler.core.text import fold
from scheduler.people.models import Presenter, User

TITLES = {"dr", "mr", "prof", "msc", "spec", "ing"}  # before or behind a name


@dataclass(frozen=True)
class NamedPresenter:
    """Who is meant, and from which days on she may present and is of age; None: always."""

    presenter_id: int
    adult_on: dt.date | None
    may_present_from: dt.date | None


class PresenterNames:
    """All presenters of a centre, also who left: by address, by both names in either order, or by the family name."""

    def __init__(self, session: Session, centre_id: int) -> None:
        self.whole: dict[str, set[NamedPresenter]] = defaultdict(set)
        self.short: dict[str, set[NamedPresenter]] = defaultdict(set)
        wanted = (
            select(Presenter, User.given_spelled, User.family_spelled, User.email)
            .join(User, User.id == Presenter.user_id)
            .where(Presenter.centre_id == centre_id)
        )
        for row, *name, email in session.execute(wanted):
            one = NamedPresenter(row.id, row.adult_on, row.may_present_from)
            self.whole[email].add(one)
            for given, family in zip(*map(_folded, name), strict=False):
                for key in (f"{given} {family}", f"{family} {given}"):
                    self.whole[key].add(one)
                for key in (family, f"{given[:1]} {family}", f"{family} {given[:1]}"):
                    self.short[key].add(one)

    def named(self, typed: str) -> NamedPresenter | str:
        """The presenter that is meant, or what is wrong with the name. A whole name wins over a shortened one."""
        words = [word for word in fold(typed).split() if word not in TITLES]
        key = typed.strip().lower() if "@" in typed else " ".join(words)
        found = self.whole.get(key) or self.short.get(key) or set()
        if not found:
            return "unknown_presenter"
        return next(iter(found)) if len(found) == 1 else "several_presenters"


def _folded(name: SpelledName) -> tuple[str, ...]:
    return fold(name), fold(name.other or name)
