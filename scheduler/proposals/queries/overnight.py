"""Nights away: how many in a row adults would stay, and where a proposal would have them sleep. Of a minor there is
nothing to read: the database takes no wish and no night of hers.
"""

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.people import queries as people_queries
from scheduler.people.models import Presenter
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.proposals.models import OvernightWish, ProposedNight
from scheduler.proposals.queries.pages import crew_name, proposal_of
from scheduler.proposals.rules.sleeping import Sleeping
from scheduler.proposals.terms.pages import NightView
from scheduler.proposals.terms.plan import PlannedNight, ProposalDraft
from scheduler.visits.queries.agenda import point_of


def nights_for(actor: Actor, draft: ProposalDraft, *, now: dt.datetime) -> dict[int, int]:
    """How many nights in a row each adult may stay away in a plan: what she said, and no more than it asks for."""
    today = clock.local_day(now)
    if not draft.nights or draft.mends:
        return {}
    wanted = (
        select(OvernightWish.presenter_id, OvernightWish.most_nights)
        .join(Presenter, Presenter.id == OvernightWish.presenter_id)
        .where(Presenter.centre_id == actor.centre_id, or_(Presenter.adult_on.is_(None), Presenter.adult_on <= today))
    )
    return {who: min(most, draft.nights) for who, most in db.session().execute(wanted)}


def sleeping_in(actor: Actor, proposal_id: int, draft: ProposalDraft, *, now: dt.datetime) -> Sleeping:
    """The nights of a finished proposal, and who would stay away for how many by now."""
    if not draft.nights:
        return Sleeping()
    rows = (
        db.session()
        .execute(
            select(ProposedNight, Host)
            .join(Host, Host.id == ProposedNight.host_id)
            .options(joinedload(Host.municipality))
            .where(ProposedNight.proposal_id == proposal_id)
            .order_by(ProposedNight.after_day, ProposedNight.presenter_id)
        )
        .all()
    )
    nights = tuple(PlannedNight(one.presenter_id, one.after_day, one.host_id) for one, _host in rows)
    places = {host.id: point for _one, host in rows if (point := point_of(host))}
    return Sleeping(nights, nights_for(actor, draft, now=now), places)


def wish_of(presenter_id: int) -> int:
    """How many nights in a row she would stay away, as she said; 0: none."""
    wanted = select(OvernightWish.most_nights).where(OvernightWish.presenter_id == presenter_id)
    return db.session().scalar(wanted) or 0


def nights_of(actor: Actor, proposal_id: int) -> tuple[NightView, ...]:
    """The nights away of a proposal in the actor's districts, by day and name. Raises: NotAllowed; NotFound."""
    proposal_of(actor, proposal_id)
    reached = [ProposedNight.host_id.in_(actor.hosts.ids())] if actor.hosts is not None else []
    rows = (
        db.session()
        .execute(
            select(ProposedNight, Host.place_sr_cyrl, Host.place_sr_latn)
            .join(Host, Host.id == ProposedNight.host_id)
            .where(ProposedNight.proposal_id == proposal_id, *reached)
            .order_by(ProposedNight.after_day, ProposedNight.presenter_id)
        )
        .all()
    )
    people = people_queries.presenters_by_id({one.presenter_id for one, *_place in rows}) if rows else {}
    return tuple(
        NightView(crew_name(people[one.presenter_id], one.after_day), one.after_day, *place) for one, *place in rows
    )
