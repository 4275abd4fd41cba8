"""Presenters with where their proofs stand, by pages: the database says who stands where, only a page is loaded."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, case, exists, func, literal, null, or_, select, union_all

from scheduler.core.db import db
from scheduler.core.names import whole_name
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.sorting import Sort
from scheduler.core.text import fold
from scheduler.people.models import Presenter, User
from scheduler.places.models import Municipality
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.queries import clearances_by_id, good_vettings
from scheduler.safeguarding.rules import WARN_DAYS
from scheduler.safeguarding.terms import Clearance, Proof, ProofLine, ProofStanding

SORTS = ("name", "role", "home", "check", "consent")
NEAR_DAYS = 7  # the nearer of the two warnings before a proof ends
_NEVER, _ALWAYS = dt.date.min, dt.date.max
_PLACES = {standing: place for place, standing in enumerate(ProofStanding)}
_BY_NAME = (User.family_name, User.given_name, Presenter.id)


class Lacks(StrEnum):
    """Which presenters a list shows."""

    WAITS = "waits"  # a proof is missing, over, or ends soon
    IN_ORDER = "in_order"
    LACKING = "lacking"  # of those who are not suspended, as the next three: cannot be assigned
    ENDS_IN_7 = "ends_in_7"
    ENDS_IN_30 = "ends_in_30"
    MINORS = "minors"


_OF_THE_ABLE = frozenset({Lacks.LACKING, Lacks.ENDS_IN_7, Lacks.ENDS_IN_30, Lacks.MINORS})


@dataclass(frozen=True)
class _Standing:
    """Where the proofs of each presenter of a centre stand on a day, as the rules of safeguarding say it.

    `checked` and `agreed` are the last days of her check and of her guardian's consent: far off where none is needed,
    long ago where none holds. Read once for each presenter, however often a question uses it.
    """

    day: dt.date
    table: CTE

    @property
    def least(self) -> ColumnElement[dt.date]:
        one = self.table.c
        return case((one.checked < one.agreed, one.checked), else_=one.agreed)

    def which(self, lacks: Lacks) -> ColumnElement[bool]:
        one, day = self.table.c, self.day
        able = one.suspended.is_(False)
        soon = self._ends_by(WARN_DAYS)
        return {
            Lacks.WAITS: self.least <= day + dt.timedelta(days=WARN_DAYS),
            Lacks.IN_ORDER: self.least > day + dt.timedelta(days=WARN_DAYS),
            Lacks.LACKING: able & (self.least < day),
            Lacks.ENDS_IN_7: able & self._ends_by(NEAR_DAYS),
            Lacks.ENDS_IN_30: able & soon & ~self._ends_by(NEAR_DAYS),
            Lacks.MINORS: able & one.minor,
        }[lacks]

    def _ends_by(self, days: int) -> ColumnElement[bool]:
        """One of the two still holds and ends within so many days."""
        last = self.day + dt.timedelta(days=days)
        return self.table.c.checked.between(self.day, last) | self.table.c.agreed.between(self.day, last)

    @property
    def first_end(self) -> ColumnElement[dt.date]:
        """When the first of those that still hold ends."""
        return case((self.least >= self.day, self.least), (self.table.c.checked >= self.day, self.table.c.checked),
                    else_=self.table.c.agreed)  # fmt: skip


def _standing(centre_id: int, day: dt.date, lists: Collection[Lacks] = tuple(Lacks)) -> _Standing:
    """Of each presenter whom one of these lists may show. Names are looked up of these alone."""
    check = select(func.max(Vetting.valid_until)).where(*_checked(day), *good_vettings()).scalar_subquery()
    consent = select(func.max(GuardianConsent.valid_until)).where(*_to_take_part(day)).scalar_subquery()
    checked, minor = func.coalesce(check, _NEVER), func.coalesce(Presenter.adult_on > day, False)
    wanted = (
        select(
            Presenter.id,
            checked.label("checked"),
            case((minor, func.coalesce(consent, _NEVER)), else_=literal(_ALWAYS)).label("agreed"),
            minor.label("minor"),
            Presenter.suspended_at.is_not(None).label("suspended"),
            *(User.family_name, User.given_name),  # a list is put in order by these, and asks no other table
        )
        .join(Presenter.user)
        .where(Presenter.centre_id == centre_id, User.erased_at.is_(None))
    )
    if _OF_THE_ABLE.issuperset(lists):
        wanted = wanted.where(Presenter.suspended_at.is_(None))
    if Lacks.IN_ORDER not in lists:  # an adult whose check ends later than anybody is warned is in order
        wanted = wanted.where(or_(minor, checked <= day + dt.timedelta(days=WARN_DAYS)))
    return _Standing(day, wanted.cte("standing").prefix_with("MATERIALIZED"))


def _checked(day: dt.date) -> tuple[ColumnElement[bool], ...]:
    return Vetting.presenter_id == Presenter.id, Vetting.checked_on <= day


def _to_take_part(day: dt.date) -> tuple[ColumnElement[bool], ...]:
    return (
        GuardianConsent.presenter_id == Presenter.id,
        GuardianConsent.takes_part.is_(True),
        GuardianConsent.withdrawn_at.is_(None),
        GuardianConsent.given_on <= day,
    )


def clearance_pages(
    centre_id: int, day: dt.date, pages: Mapping[Lacks, int], *, per_page: int = PER_PAGE
) -> dict[Lacks, Page[Clearance]]:
    """A page of each of these lists, by name, or what ends first: as many questions for any number of presenters.

    Who stands where, and how many, is one of them: all presenters are looked through once.
    """
    standing = _standing(centre_id, day, pages)
    lists = [_list_of(standing, place, lacks, page, per_page) for place, (lacks, page) in enumerate(pages.items())]
    totals = [
        select(literal(place), literal(0), func.count()).select_from(standing.table).where(standing.which(lacks))
        for place, lacks in enumerate(pages)
    ]
    found = sorted(map(tuple, db.session().execute(union_all(*totals, *lists))))  # first of each how many, then whom
    ids = {lacks: [one for at, number, one in found if at == place and number] for place, lacks in enumerate(pages)}
    total = {lacks: next(one for at, number, one in found if at == place and not number)
             for place, lacks in enumerate(pages)}  # fmt: skip
    known = clearances_by_id({one for some in ids.values() for one in some}, day)
    return {
        lacks: Page([known[one] for one in ids[lacks]], page, total[lacks], per_page) for lacks, page in pages.items()
    }


def _list_of(standing: _Standing, place: int, lacks: Lacks, page: int, per_page: int) -> Select[int, int, int]:
    """Whom a page of one list shows, each with her place on it."""
    ends_first = lacks in (Lacks.ENDS_IN_7, Lacks.ENDS_IN_30)
    by_name = [standing.table.c[name] for name in ("family_name", "given_name", "id")]
    order = [standing.first_end.label("ends") if ends_first else literal(0).label("ends"), *by_name]
    shown = (
        select(*order)
        .where(standing.which(lacks))
        .order_by(*([order[0]] if ends_first else []), *by_name)
        .limit(per_page)
        .offset(first_row(page, per_page))
        .subquery()
    )
    number = func.row_number().over(order_by=[*shown.c])
    return select(literal(place), number, shown.c.id)


def proof_pages(
    centre_id: int, day: dt.date, pages: Mapping[Lacks, int], *, per_page: int
) -> dict[Lacks, Page[ProofLine]]:
    """A page of each of these lists, as a line says where proofs stand: one question.

    All presenters are looked through once; names are joined to those who are on a page.
    """
    question = _question_of_proofs(centre_id, day, tuple(pages.items()), per_page)
    rows: Sequence[Any] = db.session().execute(question).all()
    found = sorted(rows, key=lambda row: (row[0], row[1]))
    return {
        lacks: Page([_line(row, day) for row in found if row[0] == at and row[1]], page,
                    next(row[2] for row in found if row[0] == at and not row[1]), per_page)
        for at, (lacks, page) in enumerate(pages.items())
    }  # fmt: skip


@lru_cache(maxsize=24)  # putting it together costs more than asking it: the words of it, and nothing of its answer
def _question_of_proofs(centre_id: int, day: dt.date, pages: tuple[tuple[Lacks, int], ...], per_page: int) -> Any:
    standing = _standing(centre_id, day, dict(pages))
    lists = [_list_of(standing, place, lacks, page, per_page) for place, (lacks, page) in enumerate(pages)]
    listed, one = union_all(*lists).subquery(), standing.table.c
    place, number, presenter_id = listed.c
    wanted = (
        select(place, number, Presenter.id, User.given_spelled, User.family_spelled, one.minor, one.checked, one.agreed,
               _of_check(standing)[0].label("check"), _of_consent(standing)[0].label("consent"))
        .outerjoin_from(listed, Presenter, Presenter.id == presenter_id)  # each is there: the few of a page come first
        .outerjoin(standing.table, one.id == Presenter.id)
        .outerjoin(Presenter.user)
    )  # fmt: skip
    nothing = [null() for _one in range(7)]
    totals = [
        select(literal(at), literal(0), func.count(), *nothing).select_from(standing.table).where(standing.which(lacks))
        for at, (lacks, _page) in enumerate(pages)
    ]
    return union_all(wanted, *totals)


def _line(row: Any, day: dt.date) -> ProofLine:
    name = whole_name(row.given_spelled, row.family_spelled)
    proofs = _proof(row.check, row.checked, day), _proof(row.consent, row.agreed, day)
    return ProofLine(row.id, name, row.minor, *proofs)


def _proof(place: int, last_day: dt.date, day: dt.date) -> Proof:
    known = last_day not in (_NEVER, _ALWAYS)
    ends_in = (last_day - day).days if known and last_day >= day else None
    return Proof(tuple(ProofStanding)[place], last_day if known else None, ends_in)


def presenters_page(centre_id: int, day: dt.date, sort: Sort | None, page: int) -> Page[Clearance]:
    """A page of all presenters of a centre, by name or as asked."""
    own = Presenter.centre_id == centre_id, User.erased_at.is_(None)
    total = db.session().scalar(select(func.count(Presenter.id)).join(Presenter.user).where(*own)) or 0
    if sort is not None and sort.name in _FOLDED:
        ids = _folded(own, sort)[first_row(page) : first_row(page) + PER_PAGE]
    else:
        wanted = select(Presenter.id).join(Presenter.user).where(*own)
        if sort is not None and sort.name in _PROOFS:
            standing = _standing(centre_id, day)
            wanted = wanted.join(standing.table, standing.table.c.id == Presenter.id)
            wanted = wanted.order_by(*_turned(sort, _PROOFS[sort.name](standing)))
        elif sort is not None and sort.name == "role":
            wanted = wanted.order_by(*_turned(sort, [Presenter.kind]))
        ids = _page_of_ids(wanted.order_by(*_BY_NAME), page, PER_PAGE)
    known = clearances_by_id(set(ids), day)
    return Page([known[one] for one in ids], page, total)


def _page_of_ids(wanted: Select[int], page: int, per_page: int) -> list[int]:
    return list(db.session().scalars(wanted.limit(per_page).offset(first_row(page, per_page))))


def _turned(sort: Sort, columns: Sequence[Any]) -> list[Any]:
    return [column.desc() if sort.down else column.asc() for column in columns]


# By these a list is sorted as people read them, whatever the script: the database has no such order.
_FOLDED: Mapping[str, Callable[[Any], str]] = {
    "name": lambda row: fold(f"{row.given_name} {row.family_name}".strip()),
    "home": lambda row: fold(row.name_sr_latn),
}


def _folded(own: Sequence[ColumnElement[bool]], sort: Sort) -> list[int]:
    named = (
        select(Presenter.id, User.given_name, User.family_name, Municipality.name_sr_latn)
        .join(Presenter.user)
        .join(Presenter.home)
        .where(*own)
        .order_by(*_BY_NAME)
    )
    rows = sorted(db.session().execute(named), key=_FOLDED[sort.name], reverse=sort.down)
    return [row.id for row in rows]


def _of_check(standing: _Standing) -> list[ColumnElement[Any]]:
    """Where a check stands, and when it ends if it has not."""
    ever = exists().where(*_checked(standing.day))
    without = case((ever, _PLACES[ProofStanding.REFUSED]), else_=_PLACES[ProofStanding.MISSING])
    return _by_end(standing, standing.table.c.checked, without)


def _of_consent(standing: _Standing) -> list[ColumnElement[Any]]:
    """The same of a guardian's consent."""
    ever = exists().where(
        GuardianConsent.presenter_id == Presenter.id,
        GuardianConsent.takes_part.is_(True),
        GuardianConsent.given_on <= standing.day,
    )
    without = case((ever, _PLACES[ProofStanding.WITHDRAWN]), else_=_PLACES[ProofStanding.MISSING])
    place, *end = _by_end(standing, standing.table.c.agreed, without)
    return [case((~standing.table.c.minor, _PLACES[ProofStanding.NOT_NEEDED]), else_=place), *end]


def _by_end(
    standing: _Standing, last_day: ColumnElement[dt.date], without: ColumnElement[int]
) -> list[ColumnElement[Any]]:
    soon = standing.day + dt.timedelta(days=WARN_DAYS)
    place = case(
        (last_day == _NEVER, without),
        (last_day < standing.day, _PLACES[ProofStanding.ENDED]),
        (last_day <= soon, _PLACES[ProofStanding.ENDS_SOON]),
        else_=_PLACES[ProofStanding.VALID],
    )
    return [place, case((last_day >= standing.day, last_day), else_=_NEVER)]


_PROOFS: Mapping[str, Callable[[_Standing], list[ColumnElement[Any]]]] = {"check": _of_check, "consent": _of_consent}
