"""Panels of a centre, what waits for a young person's answer, what came of a draft."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.panels import rules
from scheduler.panels.models import Panel, PanelSeat, PanelSum
from scheduler.panels.terms import PanelQuestion, PanelRow
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor
from scheduler.posts.models import Post
from scheduler.programmes.models import Programme
from scheduler.safeguarding.models import GuardianConsent
from scheduler.safeguarding.queries import consent_covers


def asked_youth(day: dt.date) -> list[ColumnElement[bool]]:
    """Conditions on a presenter: who is asked for her word on a day (her centre is asked for besides)."""
    agreed = exists().where(GuardianConsent.presenter_id == Presenter.id, *consent_covers(day))
    return [
        Presenter.kind == PresenterKind.INFLUENCER,
        Presenter.suspended_at.is_(None),
        or_(Presenter.birth_date <= rules.born_by(day), agreed),
    ]


def number_asked(centre_id: int, day: dt.date) -> int:
    """How many young people a panel of a centre would ask that day."""
    wanted = select(func.count(Presenter.id)).where(Presenter.centre_id == centre_id, *asked_youth(day))
    return db.session().scalar(wanted) or 0


def panels_to_rate(actor: Actor, now: dt.datetime) -> list[PanelRow]:
    """Open panels of the actor's centre that she may rate and has not, what ends first before. Raises: NotAllowed."""
    policy.require(actor, "rate", "panel", presenters=[actor.presenter_id])
    today = clock.local_day(now)
    hers = exists().where(Presenter.id == actor.presenter_id, *asked_youth(today))
    rated = exists().where(PanelSeat.panel_id == Panel.id, PanelSeat.presenter_id == actor.presenter_id)
    running = Panel.closed_at.is_(None), Panel.last_day >= today
    return _rows(_panels().where(Panel.centre_id == actor.centre_id, *running, hers, ~rated), today)


def panel_asked(actor: Actor, number: str, now: dt.datetime) -> tuple[PanelRow, bool]:
    """One of those that she may rate or could have, and whether she has. Raises: NotAllowed; NotFound."""
    policy.require(actor, "rate", "panel", presenters=[actor.presenter_id])
    today = clock.local_day(now)
    hers = exists().where(Presenter.id == actor.presenter_id, *asked_youth(today))
    own = Panel.centre_id == actor.centre_id, Panel.number == number
    for row in _rows(_panels().where(*own, hers), today):
        sits = select(PanelSeat.panel_id).where(
            PanelSeat.panel_id == row.id, PanelSeat.presenter_id == actor.presenter_id
        )
        return row, db.session().scalar(sits) is not None
    raise NotFound("panel")


def panels_of(actor: Actor, number: int, *, today: dt.date) -> Page[PanelRow]:
    """All of the actor's centre, the newest first. Raises: NotAllowed."""
    policy.require(actor, "read", "panel", centre=actor.centre_id)
    own = Panel.centre_id == actor.centre_id
    total = db.session().scalar(select(func.count(Panel.id)).where(own)) or 0
    wanted = _panels(newest=True).where(own).offset(first_row(number)).limit(PER_PAGE)
    return Page(_rows(wanted, today), number, total)


def panel_of(actor: Actor, number: str, *, today: dt.date) -> PanelRow:
    """One of them. Raises: NotAllowed; NotFound."""
    policy.require(actor, "read", "panel", centre=actor.centre_id)
    for row in _rows(_panels().where(Panel.centre_id == actor.centre_id, Panel.number == number), today):
        return row
    raise NotFound("panel")


def panels_about(
    actor: Actor, *, today: dt.date, programme_id: int | None = None, post_number: str = ""
) -> list[PanelRow]:
    """What the youth said of a programme's or a post's drafts, the newest first; nothing for who reads no panels."""
    if policy.scope_of(actor, "read", "panel") is None:
        return []
    about = Panel.programme_id == programme_id if programme_id is not None else Post.number == post_number
    return _rows(_panels(newest=True).where(Panel.centre_id == actor.centre_id, about), today)


def violations() -> list[str]:
    """Sums that are not as many as have rated, and seats of what is closed: somebody wrote past the database's law."""
    session = db.session()
    given = (
        select(PanelSum.panel_id, PanelSum.question)
        .join(Panel, Panel.id == PanelSum.panel_id)
        .group_by(PanelSum.panel_id, PanelSum.question, Panel.rated)
        .having(func.sum(PanelSum.times) != Panel.rated)
        .order_by(PanelSum.panel_id, PanelSum.question)
    )
    seats = select(PanelSeat.panel_id).join(Panel, Panel.id == PanelSeat.panel_id).where(Panel.closed_at.is_not(None))
    return [
        *(f"panel {one}: the answers to {asked} are not as many as rated" for one, asked in session.execute(given)),
        *(
            f"panel {one}: closed, and it says who has rated"
            for one in session.scalars(seats.distinct().order_by(PanelSeat.panel_id))
        ),
    ]


def _panels(*, newest: bool = False) -> Select[Any]:
    order = (Panel.opened_on.desc(), Panel.id.desc()) if newest else (Panel.last_day, Panel.id)
    named = select(Panel, Programme.name_sr_cyrl, Programme.name_en, Post.number.label("post_number"))
    wanted = named.outerjoin(Programme, Programme.id == Panel.programme_id).outerjoin(Post, Post.id == Panel.post_id)
    return cast(Select[Any], wanted.order_by(*order))


def _rows(wanted: Select[Any], today: dt.date) -> list[PanelRow]:
    found = db.session().execute(wanted.execution_options(populate_existing=True)).all()
    sums = _sums([row.Panel.id for row in found])
    return [_row(row, sums[row.Panel.id], today) for row in found]


def _row(row: Any, sums: Mapping[PanelQuestion, list[int]], today: dt.date) -> PanelRow:
    panel: Panel = row.Panel
    readable = rules.may_be_read(panel.rated, panel.closed_at)
    return PanelRow(
        id=panel.id,
        number=panel.number,
        centre_id=panel.centre_id,
        programme_id=panel.programme_id,
        post_number=row.post_number or "",
        programme_sr_cyrl=row.name_sr_cyrl or "",
        programme_en=row.name_en or "",
        text_sr_cyrl=panel.text_sr_cyrl,
        text_en=panel.text_en,
        opened_on=panel.opened_on,
        last_day=panel.last_day,
        open=rules.is_open(panel.last_day, panel.closed_at, today),
        closed=panel.closed_at is not None,
        rated=panel.rated if readable else 0,
        questions=tuple(one for one in PanelQuestion if one in sums),
        sums={one: tuple(told) for one, told in sums.items()} if readable else {},
    )


def _sums(panel_ids: Collection[int]) -> Mapping[int, Mapping[PanelQuestion, list[int]]]:
    rows: Sequence[Any] = (
        db.session()
        .execute(
            select(PanelSum.panel_id, PanelSum.question, PanelSum.times)
            .where(PanelSum.panel_id.in_(panel_ids))
            .order_by(PanelSum.panel_id, PanelSum.question, PanelSum.answer)
        )
        .all()
    )
    found: dict[int, dict[PanelQuestion, list[int]]] = defaultdict(dict)
    for panel_id, question, times in rows:
        found[panel_id].setdefault(question, []).append(times)
    return found
