"""Figures of the helpline as pages, papers and services read them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Select, func, select

from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.data import files
from scheduler.helpline.models import (
    HelplineCode,
    HelplineCount,
    HelplineList,
    HelplinePeriod,
    HelplinePublication,
    HelplinePublicCell,
)
from scheduler.helpline.terms import (
    SHIPPED_LISTS,
    TOTALS,
    CodeList,
    HelplineCodeName,
    HelplineDraft,
    HelplineMargin,
    HelplineMonth,
    PublicFigures,
    PublicNumber,
    StoredList,
)
from scheduler.people.models import User
from scheduler.places.models import District


def code_lists(centre_id: int | None) -> list[CodeList]:
    """Every version that a centre may count by, shipped or its own, the one used first first."""
    own = select(HelplineList).where(HelplineList.centre_id == centre_id)
    rows = db.session().scalars(own).all() if centre_id is not None else ()
    lists = [*shipped_lists(), *_with_codes(rows)]
    return sorted(lists, key=lambda one: (one.first_day, one.version))


def _with_codes(rows: Sequence[HelplineList]) -> list[CodeList]:
    found: dict[int, list[HelplineCodeName]] = defaultdict(list)
    versions = [row.code_list for row in rows]
    stored = select(HelplineCode).where(HelplineCode.code_list.in_(versions)).order_by(HelplineCode.id)
    for one in db.session().scalars(stored) if versions else ():
        found[one.code_list].append(HelplineCodeName(one.margin, one.code, one.name_sr_cyrl, one.name_en))
    return [CodeList(row.code_list, row.first_day, tuple(found[row.code_list])) for row in rows]


def stored_lists(centre_id: int) -> list[StoredList]:
    """The same for the page of the lists, the newest first: three questions."""
    counted = (
        select(HelplinePeriod.code_list, func.count(HelplinePeriod.id))
        .where(HelplinePeriod.centre_id == centre_id)
        .group_by(HelplinePeriod.code_list)
    )
    periods = dict(db.session().execute(counted).all())
    return [
        StoredList(one, one.version > SHIPPED_LISTS, periods.get(one.version, 0))
        for one in reversed(code_lists(centre_id))
    ]


@cache
def shipped_lists() -> tuple[CodeList, ...]:
    """Every version of the topics and acts that the product ships, oldest first."""
    found: dict[int, list[HelplineCodeName]] = defaultdict(list)
    days: dict[int, dt.date] = {}
    for row in files.rows_of("helpline_codes.csv"):
        version = int(row["version"])
        days[version] = dt.date.fromisoformat(row["first_day"])
        margin = HelplineMargin(row["margin"])
        found[version].append(HelplineCodeName(margin, row["code"], row["name_sr_cyrl"], row["name_en"]))
    return tuple(CodeList(version, days[version], tuple(found[version])) for version in sorted(found))


def code_list(version: int) -> CodeList:
    """One version of the list. Raises: NotFound."""
    return lists_up_to(version)[-1]


def lists_up_to(version: int) -> list[CodeList]:
    """A version, and those before it by which the same centre could count, the oldest first. Raises: NotFound."""
    lists: Sequence[CodeList] = shipped_lists()
    if version > SHIPPED_LISTS:
        owner = select(HelplineList.centre_id).where(HelplineList.code_list == version)
        lists = code_lists(db.session().scalar(owner))
    for place, one in enumerate(lists):
        if one.version == version:
            return list(lists[: place + 1])
    raise NotFound("code list")


def districts_by_iso() -> dict[str, District]:
    """Every district by its code, in the order of the codes."""
    rows = db.session().scalars(select(District).order_by(District.iso))
    return {row.iso: row for row in rows}


def months_of(centre_id: int, first: dt.date, last: dt.date) -> list[HelplineMonth]:
    """The periods of a centre that lie in these days or touch them, the oldest first."""
    wanted = select(HelplinePeriod.id).where(
        HelplinePeriod.centre_id == centre_id, HelplinePeriod.first_day <= last, HelplinePeriod.last_day >= first
    )
    return _months(wanted)


def month(centre_id: int, period_id: int) -> HelplineMonth:
    """One period of a centre. Raises: NotFound."""
    wanted = select(HelplinePeriod.id).where(HelplinePeriod.id == period_id, HelplinePeriod.centre_id == centre_id)
    for one in _months(wanted):
        return one
    raise NotFound("helpline period")


def years_of(centre_id: int) -> list[int]:
    """The years that have figures, the newest first."""
    days = db.session().scalars(select(HelplinePeriod.first_day).where(HelplinePeriod.centre_id == centre_id))
    return sorted({day.year for day in days}, reverse=True)


def _months(ids: Select[int]) -> list[HelplineMonth]:
    session = db.session()
    wanted = (
        select(HelplinePeriod, User)
        .outerjoin(User, User.id == HelplinePeriod.signed_by_id)
        .where(HelplinePeriod.id.in_(ids))
        .order_by(HelplinePeriod.first_day)
    )
    rows = session.execute(wanted).all()
    counts: dict[int, list[HelplineCount]] = defaultdict(list)
    of_these = select(HelplineCount).where(HelplineCount.period_id.in_(ids)).order_by(HelplineCount.id)
    for count in session.scalars(of_these) if rows else ():
        counts[count.period_id].append(count)
    return [
        HelplineMonth(
            row.id,
            row.version,
            row.code_list,
            figures_of(row, counts[row.id]),
            row.signed_at,
            user.full_name if user else "",
            row.publication_id,
        )
        for row, user in rows
    ]


def figures_of(row: HelplinePeriod, counts: Iterable[HelplineCount]) -> HelplineDraft:
    """Stored rows as what was typed."""
    margins: dict[HelplineMargin, dict[str, int]] = {margin: {} for margin in HelplineMargin}
    for count in counts:
        margins[count.margin][count.code] = count.number
    return HelplineDraft(row.first_day, row.last_day, {name: getattr(row, name) for name in TOTALS}, margins)


def publications(centre_ids: Sequence[int] | None = None) -> list[PublicFigures]:
    """What the public was told, the newest days first; None: of all centres."""
    wanted = select(HelplinePublication).order_by(HelplinePublication.first_day.desc(), HelplinePublication.id)
    if centre_ids is not None:
        wanted = wanted.where(HelplinePublication.centre_id.in_(centre_ids))
    rows = db.session().scalars(wanted).all()
    cells: dict[int, list[PublicNumber]] = defaultdict(list)
    of_these = select(HelplinePublicCell).where(HelplinePublicCell.publication_id.in_([row.id for row in rows]))
    for cell in db.session().scalars(of_these.order_by(HelplinePublicCell.id)) if rows else ():
        cells[cell.publication_id].append(PublicNumber(cell.margin, cell.code, cell.number))
    return [
        PublicFigures(row.id, row.centre_id, row.first_day, row.last_day, row.code_list, tuple(cells[row.id]))
        for row in rows
    ]
