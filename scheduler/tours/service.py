"""A tour is asked for, finished by the worker, and forgotten after some weeks."""

import datetime as dt
import logging
from collections.abc import Iterable

from sqlalchemy import delete

from scheduler import policy
from scheduler.acts import change
from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.core.errors import NotFound, Rejected
from scheduler.people.queries import presenters_by_id
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor
from scheduler.proposals.service.propose import PROPOSAL_LASTS
from scheduler.tours.models import CampaignStop, CampaignTour
from scheduler.tours.queries import agreed_days, own_campaign, stops_of, towns_by_id
from scheduler.tours.rules import problems_with_tour
from scheduler.tours.terms import FoundStop, FoundTour, TourDraft, TourReason
from scheduler.work import service as work_service
from scheduler.work.terms import WorkKind

log = logging.getLogger(__name__)


def begin_tour(actor: Actor, slug: str, draft: TourDraft, *, now: dt.datetime) -> int:
    """Note what a tour is wanted for; the worker draws it. Its id.

    A city that has a visit of the campaign in these days keeps that day. Raises: NotAllowed; NotFound; Rejected with
    {field: reason}.
    """
    policy.require(actor, "create", "plan", centre=actor.centre_id)
    if actor.centre_id is None or actor.user_id is None:
        raise NotFound("centre")
    campaign = own_campaign(actor, slug)
    problems = problems_with_tour(draft, clock.local_day(now), campaign.educators)
    towns = towns_by_id([*draft.cities, draft.start])
    if len(towns) < len({*draft.cities, draft.start}):
        problems.setdefault("cities", TourReason.CITY_NOT_KNOWN)
    educators = [one for one in presenters_by_id(draft.people).values() if one.kind is PresenterKind.EDUCATOR]
    if {one.presenter_id for one in educators if one.centre_id == actor.centre_id} != set(draft.people):
        problems["people"] = TourReason.CREW_NOT_WHOLE
    if problems:
        raise Rejected(problems)
    settled = agreed_days(actor, campaign, {one: towns[one] for one in draft.cities}, draft)
    settled |= {town: day for town, day in draft.stays if town not in settled and day not in settled.values()}
    with change(actor, now) as act:
        row = CampaignTour(centre_id=actor.centre_id, campaign_id=campaign.id, user_id=actor.user_id, created_at=now)
        for name in ("first_day", "last_day", "mornings", "afternoons", "mode", "nights", "night_km"):
            setattr(row, name, getattr(draft, name))
        row.start_id, row.people = draft.start, _ids(draft.people)
        act.session.add(row)
        act.session.flush()
        row.work_id = work_service.begin(actor, WorkKind.PLAN_TOUR, now=now, content=str(row.id).encode())
        act.session.add_all(
            CampaignStop(tour_id=row.id, municipality_id=one, stays_on=settled.get(one))
            for one in dict.fromkeys(draft.cities)
        )
        act.record("tour asked for", row)
    log.info("tour asked for", extra={"campaign_tour_id": row.id})
    return row.id


def _ids(ids: Iterable[int]) -> str:
    return ",".join(str(one) for one in ids)


def finish_tour(actor: Actor, tour_id: int, found: FoundTour, *, now: dt.datetime) -> bool:
    """Store what came of it, all at once; False when another worker was first. Raises: NotAllowed; NotFound."""
    policy.require(actor, "create", "plan", centre=actor.centre_id)
    with transaction() as session:
        row = session.get(CampaignTour, tour_id, with_for_update=True, populate_existing=True)
        if row is None or row.centre_id != actor.centre_id:
            raise NotFound("tour")
        if row.finished_at is not None:
            return False
        row.finished_at, row.km, row.nights_away, row.bound = now, found.km, found.nights, found.bound
        came = {one.municipality_id: one for one in found.stops}
        for stop in stops_of(tour_id):
            _write(stop, came[stop.municipality_id])
    log.info("tour planned", extra={"campaign_tour_id": tour_id, "km": found.km, "nights": found.nights})
    return True


def _write(stop: CampaignStop, came: FoundStop) -> None:
    stop.on_day, stop.from_home, stop.left_out = came.on_day, came.from_home, came.left_out
    stop.morning_local, stop.afternoon_local = came.morning_local, came.afternoon_local
    stop.crew = _ids(came.crew)


def forget_old_tours(now: dt.datetime) -> int:
    """Delete the tours that nobody has needed for two months; visits that came of them stay."""
    with transaction() as session:
        gone = session.execute(delete(CampaignTour).where(CampaignTour.created_at <= now - PROPOSAL_LASTS))
        return int(getattr(gone, "rowcount", 0))
