"""Who fetches a minor: read on the day alone, by coordinators and the adult who goes with her (TRUST S54)."""

import datetime as dt

from sqlalchemy import select

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.queries import presenters_by_id
from scheduler.people.rules import is_minor
from scheduler.people.terms import PresenterRow
from scheduler.policy import Actor, Scope
from scheduler.staffing.models.pick_ups import CarRide, PickUp
from scheduler.staffing.queries.driving import ride_facts
from scheduler.staffing.queries.visit_lines import visits_of_presenter
from scheduler.staffing.rules.pick_ups import adult_of
from scheduler.staffing.terms.pick_ups import ChildsVisit, Fetched, RideMate, RideNews
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.lists import visits_where
from scheduler.visits.terms.rows import CrewRow, VisitRow
from scheduler.visits.terms.states import FIRM, OPEN_VISITS

AHEAD = dt.timedelta(days=120)


def visits_of_child(actor: Actor, now: dt.datetime) -> list[ChildsVisit]:
    """The visits that a guardian's child has accepted, from today on, each with what was typed about the way home.

    None once she is of age: where an adult goes is nobody else's.
    Raises: NotAllowed; NotFound.
    """
    policy.require(actor, "read", "pick_up", centre=actor.centre_id, presenters=[actor.presenter_id])
    if actor.presenter_id is None:
        raise NotFound("presenter")
    today = clock.local_day(now)
    rows = [row for row in visits_of_presenter(actor.presenter_id, today, today + AHEAD) if row.state in OPEN_VISITS]
    typed = _typed([row.id for row in rows], [actor.presenter_id])
    rides = {row.id: ride for row, ride in _rides(rows) if ride.presenter_id == actor.presenter_id}
    people = presenters_by_id([actor.presenter_id]) if rides else {}
    found = []
    for row in rows:
        me = next(one for one in row.crew if one.presenter_id == actor.presenter_id)
        if not is_minor(me.adult_on, today):
            continue
        own, adult = row.of(me), adult_of(row.crew, me)
        found.append(
            ChildsVisit(
                row,
                min(one.starts_local for one in own),
                max(one.ends_local for one in own),
                adult.full_name if adult else "",
                typed.get((row.id, me.presenter_id), ""),
                *_told(rides.get(row.id), row, people.get(me.presenter_id)),
            )
        )
    return found


def fetched_at(actor: Actor, row: VisitRow, today: dt.date) -> list[Fetched]:
    """For coordinators of the centre and the adult who goes along: of each minor who fetches her, on the day alone.

    Before it, and after it, they read only that it was said.
    """
    scope = policy.scope_of(actor, "read", "pick_up")
    minors = [one for one in row.crew if one.minor and set(one.states.values()) & set(FIRM)]
    hers = [
        one
        for one in minors
        if (scope is Scope.CENTRE and actor.centre_id == row.centre_id) or _goes_with(actor, row, one)
    ]
    if scope is None or not hers:
        return []
    typed = _typed([row.id], [one.presenter_id for one in hers])
    return [
        Fetched(one.given_name, typed[row.id, one.presenter_id] if row.on_day == today else "")
        for one in hers
        if (row.id, one.presenter_id) in typed
    ]


def taken_along(actor: Actor, row: VisitRow) -> list[RideMate]:
    """For the adult who drives alone: whom she takes along to a visit. Nobody else is told."""
    if actor.presenter_id is None or not any(one.minor for one in row.crew):
        return []
    hers = [ride.presenter_id for _row, ride in _rides([row]) if ride.driver_id == actor.presenter_id]
    people = presenters_by_id(hers) if hers else {}
    return [RideMate(one.given_name, one.home_sr_cyrl, one.home_sr_latn) for one in people.values()]


def own_ride(actor: Actor, row: VisitRow) -> RideMate | None:
    """For a minor: in whose car she rides to a visit, as her guardian reads it."""
    ride = next((ride for _row, ride in _rides([row]) if ride.presenter_id == actor.presenter_id), None)
    if ride is None:
        return None
    return RideMate(*_told(ride, row, presenters_by_id([ride.presenter_id])[ride.presenter_id]))


def ride_news(now: dt.datetime, ride_id: int | None = None) -> dict[int, RideNews]:
    """By its row, each ride to a visit that has not begun, where what was told last is not how it stands now.

    `ride_id`: asks about that one alone.
    """
    of = (CarRide.id == ride_id,) if ride_id is not None else ()
    coming = db.session().execute(
        select(CarRide.id, CarRide.visit_id, CarRide.presenter_id, CarRide.told_start)
        .where(CarRide.on_day >= clock.local_day(now), *of)
        .order_by(CarRide.on_day, CarRide.id)
    ).all()  # fmt: skip
    rows = {row.id: row for row in visits_where(Visit.id.in_([one.visit_id for one in coming]))} if coming else {}
    stands = {ride.id: start for row, ride in _rides(list(rows.values())) if (start := _start_of(row, ride))}
    changed = [
        one for one in coming if one.told_start != stands.get(one.id) and not _has_begun(rows[one.visit_id], now)
    ]
    people = presenters_by_id([one.presenter_id for one in changed]) if changed else {}
    return {
        one.id: RideNews(
            rows[one.visit_id].number,
            stands.get(one.id),
            people[one.presenter_id].home_sr_cyrl,
            people[one.presenter_id].home_sr_latn,
        )
        for one in changed
    }


def violations() -> list[str]:
    """A ride to come that no longer stands, and nobody has told those who count on it: the minute's job does."""
    ended = [one for one, news in ride_news(clock.now()).items() if news.start is None]
    return [f"ride {one} no longer stands, but guardian and driver were told that it does" for one in ended]


def _start_of(row: VisitRow, ride: CarRide) -> dt.time | None:
    """When the visit begins for who rides there; None where nobody goes."""
    if row.state not in OPEN_VISITS:
        return None
    return min(one.starts_local for one in row.of(next(c for c in row.crew if c.presenter_id == ride.presenter_id)))


def _has_begun(row: VisitRow, now: dt.datetime) -> bool:
    return any(one.starts_at <= now for one in row.presentations)


def _rides(rows: list[VisitRow]) -> list[tuple[VisitRow, CarRide]]:
    """Of these visits the rides that hold: on the day they were arranged for, both going together, and both facts."""
    by_id = {row.id: row for row in rows}
    wanted = select(CarRide).where(CarRide.visit_id.in_(by_id)).order_by(CarRide.id)
    found = [(by_id[one.visit_id], one) for one in db.session().scalars(wanted)] if by_id else []
    facts = ride_facts({who for _row, one in found for who in (one.presenter_id, one.driver_id)}) if found else None
    return [
        (row, one)
        for row, one in found
        if facts is not None
        and row.on_day == one.on_day
        and facts.may_ride(one.driver_id, one.presenter_id, row.on_day)
        and _go_together(row, one)
    ]


def _go_together(row: VisitRow, ride: CarRide) -> bool:
    """Whether both have accepted, and go to the same presentations."""
    firm = {one.presenter_id: {which for which, state in one.states.items() if state in FIRM} for one in row.crew}
    driver, youth = firm.get(ride.driver_id, set()), firm.get(ride.presenter_id, set())
    return bool(youth) and driver == youth


def _told(ride: CarRide | None, row: VisitRow, child: PresenterRow | None) -> tuple[str, str, str]:
    """Who drives a child to a visit, and from which town."""
    if ride is None or child is None:
        return "", "", ""
    driver = next(one.full_name for one in row.crew if one.presenter_id == ride.driver_id)
    return driver, child.home_sr_cyrl, child.home_sr_latn


def _goes_with(actor: Actor, row: VisitRow, minor: CrewRow) -> bool:
    adult = adult_of(row.crew, minor)
    return adult is not None and adult.presenter_id == actor.presenter_id


def _typed(visit_ids: list[int], presenter_ids: list[int]) -> dict[tuple[int, int], str]:
    if not visit_ids:
        return {}
    wanted = select(PickUp).where(PickUp.visit_id.in_(visit_ids), PickUp.presenter_id.in_(presenter_ids))
    return {(one.visit_id, one.presenter_id): one.who for one in db.session().scalars(wanted.order_by(PickUp.id))}
