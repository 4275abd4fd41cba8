"""Who comes to a school, as the school may read it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import exists, func, select

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.people.models import Presenter, PresenterPhoto
from scheduler.safeguarding.models import Vetting
from scheduler.safeguarding.queries import vetting_covers
from scheduler.staffing.terms.crew import CrewShown
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.clearance import photographed
from scheduler.visits.queries.lists import member_of, visits_where
from scheduler.visits.queries.pages import crew_lost
from scheduler.visits.rules.crew import cards_of
from scheduler.visits.terms.plans import CrewMember
from scheduler.visits.terms.rows import PresenterCard, VisitRow
from scheduler.visits.terms.states import CERTAIN, FIRM, GONE_VISITS


def crew_for_school(request_id: int, now: dt.datetime) -> CrewShown | None:
    """The visit of a school request as the school may read it: first names of minors, full names of adults.

    None while nothing is planned. Names appear when the visit is confirmed, and never those who have not accepted.
    """
    rows = visits_where(Visit.school_request_id == request_id, Visit.state.not_in(GONE_VISITS))
    if not rows:
        return None
    row = rows[-1]
    told = row.state in CERTAIN
    firm = [member_of(one, one.state) for one in row.crew if set(one.states.values()) & set(FIRM)]
    today = clock.local_day(now, row.zone)
    return CrewShown(
        visit_id=row.id,
        number=row.number,
        on_day=row.on_day,
        state=row.state,
        starts_local=tuple(presentation.starts_local for presentation in row.presentations),
        cards=shown_cards(row, firm, today) if told else (),
        starts_at=row.starts_at,
        crew_lost=crew_lost(row),
        clock_wrong=row.clock_wrong,
        online_link=row.online_link if told else "",
    )


def shown_cards(row: VisitRow, crew: Sequence[CrewMember], today: dt.date) -> tuple[PresenterCard, ...]:
    """Who comes; of an adult also when she was checked, and whether she shows her face: one question of all."""
    who = Presenter.id
    checked = select(func.max(Vetting.checked_on)).where(Vetting.presenter_id == who, *vetting_covers(row.on_day))
    face = exists().where(PresenterPhoto.presenter_id == who)
    of_crew = who.in_([one.presenter_id for one in crew])
    rows = db.session().execute(select(who, checked.scalar_subquery(), face).where(of_crew).order_by(who))
    known = {one: (checked_on, bool(shows)) for one, checked_on, shows in rows}
    cards = cards_of(crew, min(today, row.on_day), photographed(row, today))
    unknown = (None, False)  # a minor's card says nothing that leads to her
    found = ((card, *known.get(card.presenter_id, unknown)) for card in cards)
    return tuple(replace(card, checked_on=checked_on, face=shows) for card, checked_on, shows in found)
