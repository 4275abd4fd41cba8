"""What a tour is made of, and how it is shown. Who is limited to districts sees her own tours."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from scheduler import policy
from scheduler.booking.queries.free_dates import AskedPlace, OpenCalendar, open_calendar
from scheduler.booking.rules.holds import main_audience
from scheduler.booking.terms.free_dates import Bounds, FreeFacts, FreeWish
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.queries import presenters_by_id, presenters_of
from scheduler.people.terms import PresenterKind, TeachingLanguage
from scheduler.places.models import Host, Municipality
from scheduler.places.queries import municipality_row
from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.terms.hosts import MunicipalityRow, Point
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Campaign, Programme
from scheduler.programmes.queries import campaign_page, programme_page
from scheduler.programmes.terms import CampaignRow, ProgrammeRow
from scheduler.proposals.queries.pages import ids_in
from scheduler.proposals.terms.plan import PlanScope, ProposalDraft
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.tours.models import CampaignStop, CampaignTour
from scheduler.tours.terms import StopView, TourAsk, TourDraft, TourLine, TourPage, TourTown
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import GONE_VISITS
from scheduler.work import service as work_service

TOURS_SHOWN = 10


def tour_of(actor: Actor, tour_id: int, *, lock: bool = False) -> CampaignTour:
    """One tour. Raises: NotAllowed; NotFound outside of the actor's centre, or for limited staff of others."""
    policy.require(actor, "read", "plan", centre=actor.centre_id)
    wanted = _in_sight(actor).where(CampaignTour.id == tour_id).execution_options(populate_existing=True)
    row = db.session().scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFound("tour")
    return row


def _in_sight(actor: Actor) -> Select[CampaignTour]:
    wanted = select(CampaignTour).where(CampaignTour.centre_id == actor.centre_id)
    return wanted.where(CampaignTour.user_id == actor.user_id) if actor.districts else wanted


def own_campaign(actor: Actor, slug: str) -> CampaignRow:
    """A campaign of the actor's centre. Raises: NotFound."""
    campaign = campaign_page(slug)
    if campaign.centre_id != actor.centre_id:
        raise NotFound("campaign")
    return campaign


def stops_of(tour_id: int) -> Sequence[CampaignStop]:
    """The cities of a tour as they were named."""
    wanted = select(CampaignStop).where(CampaignStop.tour_id == tour_id).order_by(CampaignStop.id)
    return db.session().scalars(wanted.execution_options(populate_existing=True)).all()


def draft_of(tour: CampaignTour, stops: Sequence[CampaignStop]) -> TourDraft:
    """What a tour was asked for with."""
    return TourDraft(
        tour.first_day,
        tour.last_day,
        tuple(stop.municipality_id for stop in stops),
        tour.start_id,
        tour.mornings,
        tour.afternoons,
        tour.mode,
        ids_in(tour.people),
        tour.nights,
        tour.night_km,
        tuple((stop.municipality_id, stop.stays_on) for stop in stops if stop.stays_on),
    )


def towns_by_id(ids: Collection[int]) -> dict[int, MunicipalityRow]:
    """Municipalities with their districts."""
    wanted = select(Municipality).where(Municipality.id.in_(ids)).options(joinedload(Municipality.district))
    return {row.id: municipality_row(row) for row in db.session().scalars(wanted)}


def largest_not_visited(campaign: CampaignRow, day: dt.date, number: int, beside: Collection[int]) -> list[int]:
    """The seats of the largest cities in which the campaign's programme has no visit in the year of that day."""
    if number < 1:
        return []
    year = dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)
    visited = (
        select(Municipality.city_sr_cyrl)
        .join(Host, Host.municipality_id == Municipality.id)
        .join(Visit, Visit.host_id == Host.id)
        .join(Programme, Programme.id == Visit.programme_id)
        .where(Programme.slug == campaign.programme_slug, Visit.on_day.between(*year), Visit.state.not_in(GONE_VISITS))
    )
    named = select(Municipality.city_sr_cyrl).where(Municipality.id.in_(beside))
    wanted = (
        select(Municipality.city_sr_cyrl, Municipality.id, func.coalesce(Municipality.seat_population, 0))
        .where(Municipality.city_sr_cyrl.not_in(visited), Municipality.city_sr_cyrl.not_in(named))
        .order_by(Municipality.id)
    )
    of_cities: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for city, town, people in db.session().execute(wanted):
        of_cities[city].append((-people, town))
    by_size = sorted(of_cities.values(), key=lambda towns: (sum(people for people, _town in towns), towns))
    return [min(towns)[1] for towns in by_size[:number]]


def agreed_days(
    actor: Actor, campaign: CampaignRow, towns: Mapping[int, MunicipalityRow], draft: TourDraft
) -> dict[int, dt.date]:
    """Of these cities the day on which the campaign has a visit in the actor's reach: the tour goes around it."""
    wanted = (
        select(Municipality.city_sr_cyrl, Visit.on_day)
        .join(Host, Host.municipality_id == Municipality.id)
        .join(Visit, Visit.host_id == Host.id)
        .where(
            in_reach(actor, Visit),
            Visit.campaign_id == campaign.id,
            Visit.state.not_in(GONE_VISITS),
            Visit.on_day.between(draft.first_day, draft.last_day),
        )
        .order_by(Visit.on_day.desc(), Visit.id.desc())
    )
    of_city = dict(db.session().execute(wanted).all())
    found: dict[int, dt.date] = {}
    for town, row in towns.items():
        day = of_city.get(row.city_sr_cyrl)
        if day and day not in found.values():
            found[town] = day
    return found


def asked_tour(tour: CampaignTour, *, now: dt.datetime) -> TourAsk:
    """All that a tour is made of: the facts of free dates for each city."""
    draft, slug = (
        draft_of(tour, stops_of(tour.id)),
        db.session().scalar(select(Campaign.slug).where(Campaign.id == tour.campaign_id)),
    )
    programme = programme_page(campaign_page(slug or "").programme_slug)
    rows, settled = towns_by_id([*draft.cities, draft.start]), dict(draft.stays)
    towns = [_town(rows[one], programme, draft, settled.get(one), now) for one in draft.cities]
    return TourAsk(draft, rows[draft.start].point, towns, programme.educators)


def _town(
    town: MunicipalityRow, programme: ProgrammeRow, draft: TourDraft, stays: dt.date | None, now: dt.datetime
) -> TourTown:
    wish = FreeWish(
        programme.id,
        TeachingLanguage.SERBIAN,
        main_audience(programme.audiences),
        municipality_id=town.id,
        bounds=Bounds(draft.first_day, draft.last_day),
    )
    calendar = open_calendar(wish, now=now, place=AskedPlace(programme, None, town))
    morning, afternoon = (_of_shift(calendar, wish, number) for number in (draft.mornings, draft.afternoons))
    open_ones = calendar.days.get(None, frozenset()) - calendar.shut
    days = frozenset(day for day in open_ones if draft.first_day <= day <= draft.last_day)
    return TourTown(town, days, morning, afternoon, stays)


def _of_shift(calendar: OpenCalendar, wish: FreeWish, sittings: int) -> FreeFacts | None:
    return calendar.facts_of(replace(wish, sittings=sittings)) if sittings else None


def plan_of_day(actor: Actor, tour_id: int, day: str) -> ProposalDraft:
    """What a proposal of one day of a tour is drawn from: its district, its crew, and every young presenter.

    Where a visit of that day is agreed already, anybody may go. Raises: NotAllowed; NotFound where no stop is then.
    """
    tour = tour_of(actor, tour_id)
    stop = next((one for one in stops_of(tour_id) if one.on_day and one.on_day.isoformat() == day), None)
    programme = select(Campaign.programme_id).where(Campaign.id == tour.campaign_id)
    if stop is None or stop.on_day is None:
        raise NotFound("tour")
    district = towns_by_id([stop.municipality_id])[stop.municipality_id].district_id
    youths = [one.presenter_id for one in presenters_of(tour.centre_id) if one.kind is PresenterKind.INFLUENCER]
    people = (*ids_in(stop.crew), *youths) if stop.crew else ()
    programmes = tuple(db.session().scalars(programme))
    return ProposalDraft(PlanScope(stop.on_day, stop.on_day, (district,), programmes, people))


# --- Pages ---


def tours_of(actor: Actor, campaign: CampaignRow) -> list[TourLine]:
    """The newest tours of a campaign that the actor may see. Raises: NotAllowed."""
    policy.require(actor, "read", "plan", centre=actor.centre_id)
    cities = select(func.count()).where(CampaignStop.tour_id == CampaignTour.id).scalar_subquery()
    wanted = _in_sight(actor).where(CampaignTour.campaign_id == campaign.id).add_columns(cities)
    found = db.session().execute(wanted.order_by(CampaignTour.id.desc()).limit(TOURS_SHOWN))
    return [_line(row, number) for row, number in found]


def _line(tour: CampaignTour, cities: int) -> TourLine:
    return TourLine(tour.id, tour.created_at, tour.first_day, tour.last_day, cities, tour.finished_at is not None)


def tour_page(actor: Actor, tour_id: int, *, now: dt.datetime) -> TourPage:
    """A tour whole, day by day. Raises: NotAllowed; NotFound."""
    tour = tour_of(actor, tour_id)
    slug = db.session().scalar(select(Campaign.slug).where(Campaign.id == tour.campaign_id)) or ""
    stops, campaign = stops_of(tour.id), campaign_page(slug)
    draft = draft_of(tour, stops)
    towns = towns_by_id([*draft.cities, draft.start])
    start, finished = towns[draft.start], tour.finished_at is not None
    views = _views(actor, campaign, stops, towns, start.point) if finished else []
    return TourPage(
        line=_line(tour, len(stops)),
        campaign=campaign,
        draft=draft,
        start_sr_cyrl=start.city_sr_cyrl,
        start_sr_latn=start.city_sr_latn,
        start=start.point,
        work=work_service.work_page(actor, tour.work_id, now=now) if tour.work_id and not finished else None,
        days=tuple(view for view in views if view.on_day),
        left_out=tuple(view for view in views if view.left_out),
        km=tour.km or 0,
        nights=tour.nights_away or 0,
        bound=tour.bound,
    )


def _views(
    actor: Actor,
    campaign: CampaignRow,
    stops: Sequence[CampaignStop],
    towns: Mapping[int, MunicipalityRow],
    start: Point,
) -> list[StopView]:
    """The days in their order, then what is left out."""
    programme = programme_page(campaign.programme_slug)
    days = sorted((stop for stop in stops if stop.on_day), key=lambda stop: stop.on_day or dt.date.min)
    people = presenters_by_id({who for stop in days for who in ids_in(stop.crew)})
    agreed = _agreed(actor, campaign, days, towns)
    away = {one.id for one, other in pairwise(days) if not other.from_home}
    before, views = start, []
    for stop in days:
        town = towns[stop.municipality_id]
        origin = start if stop.from_home else before
        way = _Way(origin, start, programme.set_up_minutes, sleeps_away=stop.id in away)
        names = tuple(people[who].full_name for who in ids_in(stop.crew) if who in people)
        views.append(_view(stop, town, way, names, agreed.get(stop.id, 0)))
        before = town.point
    nowhere = _Way(start, start, 0, sleeps_away=False)
    return views + [_view(stop, towns[stop.municipality_id], nowhere, ()) for stop in stops if not stop.on_day]


@dataclass(frozen=True)
class _Way:
    """How a crew comes to a stop, and whether it goes home from there."""

    origin: Point
    home: Point
    set_up: int
    sleeps_away: bool


def _view(stop: CampaignStop, town: MunicipalityRow, way: _Way, crew: tuple[str, ...], agreed: int = 0) -> StopView:
    first, arrival = stop.morning_local or stop.afternoon_local, way.set_up
    return StopView(
        municipality_id=town.id,
        district_id=town.district_id,
        city_sr_cyrl=town.city_sr_cyrl,
        city_sr_latn=town.city_sr_latn,
        point=town.point,
        on_day=stop.on_day,
        from_home=stop.from_home,
        sleeps_away=way.sleeps_away,
        km=round(road_km(way.origin, town.point)),
        km_home=0 if way.sleeps_away else round(road_km(town.point, way.home)),
        leaves=_before(first, arrival + road_minutes(way.origin, town.point)),
        arrives=_before(first, arrival),
        morning_local=stop.morning_local,
        afternoon_local=stop.afternoon_local,
        crew=crew,
        left_out=stop.left_out,
        stays=stop.stays_on is not None,
        agreed=agreed,
    )


def _before(time: dt.time | None, minutes: int) -> dt.time | None:
    """So many minutes earlier; nothing where that would be on the day before."""
    if time is None or time.hour * 60 + time.minute < minutes:
        return None
    return dt.time(*divmod(time.hour * 60 + time.minute - minutes, 60))


def _agreed(
    actor: Actor, campaign: CampaignRow, days: Iterable[CampaignStop], towns: Mapping[int, MunicipalityRow]
) -> dict[int, int]:
    """Of each stop how many requests of its district wait for their plan and have its day among theirs."""
    wanted = (
        select(Municipality.district_id, SchoolRequest.first_day, SchoolRequest.last_day)
        .join(Host, Host.id == SchoolRequest.host_id)
        .join(Municipality, Municipality.id == Host.municipality_id)
        .join(Programme, Programme.id == SchoolRequest.programme_id)
        .where(
            in_reach(actor, SchoolRequest),
            SchoolRequest.state == RequestState.AGREED,
            Programme.slug == campaign.programme_slug,
        )
    )
    spans: dict[int, list[tuple[dt.date, dt.date]]] = defaultdict(list)
    for district, first, last in db.session().execute(wanted):
        spans[district].append((first, last))
    return {
        stop.id: sum(first <= stop.on_day <= last for first, last in spans[towns[stop.municipality_id].district_id])
        for stop in days
        if stop.on_day
    }
