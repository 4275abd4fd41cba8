"""The visits of a campaign that some other days would leave out."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from scheduler.core.db import db
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Campaign
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import GONE_VISITS


@dataclass(frozen=True)
class VisitOutside:
    """A visit that counts for a campaign, on a day that is none of it; no number where the reader may not see it."""

    number: str
    on_day: dt.date


def visits_outside(actor: Actor, slug: str, first_day: dt.date, last_day: dt.date) -> Sequence[VisitOutside]:
    """What a campaign would lose if it lasted from then till then, by day."""
    mine = in_reach(actor, Visit).label("mine")
    wanted = (
        select(Visit.number, Visit.on_day, mine)
        .join(Campaign, Campaign.id == Visit.campaign_id)
        .where(Campaign.slug == slug, Visit.state.not_in(GONE_VISITS), ~Visit.on_day.between(first_day, last_day))
        .order_by(Visit.on_day, Visit.id)
    )
    return [VisitOutside(row.number if row.mine else "", row.on_day) for row in db.session().execute(wanted)]
