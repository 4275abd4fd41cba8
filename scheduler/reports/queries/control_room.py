"""A campaign's control room: one question for each of its parts, however much was held, agreed or posted.

What is done is what the reports count. A number is the same for every reader; what a number opens to, and who of the
crew still goes, limited staff see of their districts.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from scheduler import policy
from scheduler.attendance.models import Attendance
from scheduler.attendance.terms import COUNTS_FOR_REPORTS
from scheduler.booking.queries.free_dates import AskedPlace, open_calendar
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.booking.rules.holds import main_audience
from scheduler.booking.terms.free_dates import OF_CREW, Bounds, FreeWish
from scheduler.core import clock
from scheduler.core.alphabet import alphabet_key, names_key
from scheduler.core.db import db
from scheduler.core.names import whole_name
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.people.terms import TeachingLanguage
from scheduler.places.lessons import lesson_calendar
from scheduler.places.models import Host, Municipality
from scheduler.places.queries import municipality_row
from scheduler.places.terms.hosts import Level, MunicipalityRow
from scheduler.policy import Actor, in_reach
from scheduler.posts.queries import posts_between, sums_of
from scheduler.programmes.models import CampaignCity, CampaignMember, Programme
from scheduler.programmes.queries import campaign_page, programme_page
from scheduler.programmes.terms import Audience, CampaignRow, SchoolLevel
from scheduler.reports.queries.counted_rows import counted_presentations
from scheduler.reports.queries.figures import lines_of
from scheduler.reports.rules.forecast import by_week, days_left, forecast, risk_of, verdict_of, weeks_of
from scheduler.reports.terms.control_room import (
    AudienceLine,
    CityLine,
    ComingVisit,
    ControlRoom,
    CrewLine,
    Heads,
)
from scheduler.reports.terms.counting import Filters, Group, Period, ReportCounts
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import CERTAIN, HELD_STATES, OPEN_VISITS, STAFFED, AssignmentState, VisitState

WAITING_REQUESTS = (
    *(RequestState.NEW, RequestState.TRIAGE, RequestState.NEEDS_INFO),
    *(RequestState.WAITLISTED, RequestState.PROPOSED, RequestState.AGREED),
)
ANNOUNCED = {
    Audience.PUPILS: "expected_pupils",
    Audience.PARENTS: "expected_parents",
    Audience.TEACHERS: "expected_teachers",
}
LEVELS = {SchoolLevel.PRIMARY: (Level.PRIMARY,), SchoolLevel.SECONDARY: (Level.SECONDARY,)}


def control_room(actor: Actor, slug: str, now: dt.datetime) -> ControlRoom:
    """All that is known of a campaign of the actor's centre. Raises: NotAllowed; NotFound."""
    campaign = _own(actor, slug)
    today = clock.local_day(now)
    held, open_ones = _held(campaign), _not_counted(campaign, today)
    waiting = [row for row in open_ones if row.on_day < today]
    coming = [row for row in open_ones if row.on_day >= today]
    posts = posts_between(actor, dt.date.min, dt.date.max, slug)
    left = days_left(campaign.first_day, campaign.last_day, today)
    last = max(campaign.first_day, min(today, campaign.last_day))
    cities = _cities(actor, campaign, held, open_ones)
    return ControlRoom(
        campaign=campaign,
        today=today,
        days_left=left,
        audiences=_audiences(campaign, (held, waiting, coming), today),
        visits=len({row.visit_id for row in held}),
        presentations=len(held),
        waiting=len(waiting),
        agreed=len(coming),
        kilometres=sum({row.visit_id: row.kilometres for row in held}.values()),
        cities=tuple(_judged(campaign, cities, now) if left else [line for line, _town in cities]),
        crew=tuple(_crew(actor, campaign, today)),
        weeks=by_week([(row.on_day, row.pupils) for row in held], campaign.first_day, last),
        posts=tuple(posts),
        post_sums=sums_of(posts),
    )


def coming_visits(
    actor: Actor,
    slug: str,
    now: dt.datetime,
    *,
    over: bool | None = None,
    city: str | None = None,
    presenter: int | None = None,
) -> list[ComingVisit]:
    """The visits behind what is held and not locked (`over`), or agreed, in the actor's districts; of a city, of a
    presenter who still goes. Raises: NotAllowed; NotFound.
    """
    campaign, today = _own(actor, slug), clock.local_day(now)
    wanted: list[ColumnElement[bool]] = [in_reach(actor, Visit)]
    if city is not None:
        wanted.append(func.coalesce(Municipality.city_sr_cyrl, "") == city)
    if presenter is not None:
        seat = select(Assignment.id).where(Assignment.presentation_id == Presentation.id, _goes(presenter))
        wanted.append(seat.exists())
    of_visit: dict[str, list[Any]] = {}
    for row in _not_counted(campaign, today, *wanted):
        if over is None or over is (row.on_day < today):
            of_visit.setdefault(row.number, []).append(row)
    return [
        ComingVisit(
            *(first.number, first.on_day, first.state.value, first.name_sr_cyrl, first.name_sr_latn),
            *(first.city_sr_cyrl or "", first.city_sr_latn or ""),
            len(rows),
            *(sum(getattr(row, audience.value) for row in rows) for audience in ANNOUNCED),
        )
        for rows in of_visit.values()
        for first in rows[:1]
    ]


def _own(actor: Actor, slug: str) -> CampaignRow:
    campaign = campaign_page(slug)
    policy.require(actor, "read", "report", centre=campaign.centre_id)
    return campaign


def filters_of(campaign: CampaignRow) -> Filters:
    """What of the reports is the campaign's."""
    return Filters(Period(campaign.first_day, campaign.last_day), campaign.centre_id, campaign=campaign.slug)


# --- What was held, and what is not counted yet ---


def _held(campaign: CampaignRow) -> Sequence[Any]:
    """Each presentation that the reports count."""
    each = counted_presentations(filters_of(campaign))
    return db.session().execute(select(each).order_by(each.c.on_day, each.c.presentation_id)).all()


def _not_counted(campaign: CampaignRow, today: dt.date, *among: ColumnElement[bool]) -> Sequence[Any]:
    """Each presentation that is to come, or over in a visit that was certain, and not locked; as announced."""
    counted = select(Attendance.id).where(
        Attendance.presentation_id == Presentation.id, Attendance.state.in_(COUNTS_FOR_REPORTS)
    )
    to_come = and_(Presentation.on_day >= today, Visit.state.in_((*OPEN_VISITS, VisitState.DELIVERED)))
    wanted: Select[Any] = (
        select(
            *(Visit.number, Visit.state, Visit.id.label("visit_id"), Presentation.id, Presentation.on_day),
            *(getattr(Presentation, column).label(audience.value) for audience, column in ANNOUNCED.items()),
            *(Host.name_sr_cyrl, Host.name_sr_latn, Municipality.city_sr_cyrl, Municipality.city_sr_latn),
        )
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(Host, Host.id == Visit.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .where(
            Visit.campaign_id == campaign.id,
            Presentation.on_day.between(campaign.first_day, campaign.last_day),
            Presentation.state.in_((*STAFFED, *HELD_STATES)),
            or_(to_come, Visit.state.in_(CERTAIN)),
            ~counted.exists(),
            *among,
        )
        .order_by(Presentation.on_day, Presentation.starts_at, Presentation.id)
    )
    return db.session().execute(wanted).all()


# --- By audience ---


def _audiences(
    campaign: CampaignRow, parts: tuple[Sequence[Any], Sequence[Any], Sequence[Any]], today: dt.date
) -> tuple[AudienceLine, ...]:
    """A line for each audience that is meant, was reached or is announced."""
    left = days_left(campaign.first_day, campaign.last_day, today)
    lines = []
    for audience in Audience:
        done, waiting, agreed = (sum(_people(row, audience) for row in rows) for rows in parts)
        heads = [Heads(row.on_day, _people(row, audience)) for rows in parts[:2] for row in rows]
        said = forecast(done, waiting, agreed, weeks_of(heads, campaign.first_day, campaign.last_day, today), left)
        target = campaign.targets.get(audience)
        if target or done or waiting or agreed:
            lines.append(AudienceLine(audience, target, said, verdict_of(target, said)))
    return tuple(lines)


def _people(row: Any, audience: Audience) -> int:
    """Nobody announces others: of what is to come there are none."""
    return int(getattr(row, audience.value, 0))


# --- City by city ---


def _cities(
    actor: Actor, campaign: CampaignRow, held: Sequence[Any], open_ones: Sequence[Any]
) -> list[tuple[CityLine, MunicipalityRow | None]]:
    """The cities of the campaign by the alphabet, each once, then those that it visited besides."""
    towns = (
        select(Municipality, CampaignCity.target_pupils)
        .join(CampaignCity, CampaignCity.municipality_id == Municipality.id)
        .where(CampaignCity.campaign_id == campaign.id)
        .options(joinedload(Municipality.district))
        .order_by(CampaignCity.id)
    )
    seats: dict[str, MunicipalityRow] = {}
    targets = Counter[str]()
    for town, target in db.session().execute(towns):
        seats.setdefault(town.city_sr_cyrl, municipality_row(town))
        targets[town.city_sr_cyrl] += target
    names = {row.city_sr_cyrl or "": row.city_sr_latn or "" for row in held}
    names |= {row.city_sr_cyrl or "": row.city_sr_latn or "" for row in open_ones}
    names |= {city: seat.city_sr_latn for city, seat in seats.items()}
    done, agreed = Counter(row.city_sr_cyrl or "" for row in held), Counter(row.city_sr_cyrl or "" for row in open_ones)
    pupils, asked = Counter[str](), _requests(actor, campaign, [*seats])
    for row in held:
        pupils[row.city_sr_cyrl or ""] += int(row.pupils)
    lines = [
        CityLine(
            *(city, latin, seats[city].id if city in seats else None, targets[city]),
            *(done[city], pupils[city], agreed[city], asked[city]),
        )
        for city, latin in names.items()
    ]
    lines.sort(key=lambda one: (one.municipality_id is None, not one.city_sr_cyrl, alphabet_key(one.city_sr_cyrl)))
    return [(line, seats.get(line.city_sr_cyrl)) for line in lines]


def _requests(actor: Actor, campaign: CampaignRow, cities: Sequence[str]) -> Counter[str]:
    """How many requests for the campaign's programme wait for a date in each of these cities, for the actor."""
    wanted = (
        select(Municipality.city_sr_cyrl, func.count(SchoolRequest.id))
        .join(Host, Host.municipality_id == Municipality.id)
        .join(SchoolRequest, SchoolRequest.host_id == Host.id)
        .join(Programme, Programme.id == SchoolRequest.programme_id)
        .where(
            Programme.slug == campaign.programme_slug,
            or_(SchoolRequest.campaign_id.is_(None), SchoolRequest.campaign_id == campaign.id),
            SchoolRequest.state.in_(WAITING_REQUESTS),
            in_reach(actor, SchoolRequest),
            Municipality.city_sr_cyrl.in_(cities),
        )
        .group_by(Municipality.city_sr_cyrl)
    )
    return Counter({row[0]: row[1] for row in db.session().execute(wanted)})


def _judged(
    campaign: CampaignRow, cities: Sequence[tuple[CityLine, MunicipalityRow | None]], now: dt.datetime
) -> list[CityLine]:
    """With the reason why a city may stay without a visit; the calendar of free dates is read once for all of them."""
    empty = [town for line, town in cities if town and not line.held and not line.agreed]
    if not empty:
        return [line for line, _town in cities]
    programme = replace(programme_page(campaign.programme_slug), influencers=0)  # where no educator can, nobody goes
    wish = FreeWish(
        programme.id,
        TeachingLanguage.SERBIAN,
        main_audience(programme.audiences),
        municipality_id=empty[0].id,
        bounds=Bounds(campaign.first_day, campaign.last_day),
    )
    calendar = open_calendar(wish, now=now, place=AskedPlace(programme, None, empty[0]))
    first, last = calendar.today, calendar.today + dt.timedelta(days=HORIZON_DAYS - 1)
    lessons, levels = lesson_calendar(first, last), LEVELS.get(programme.level, tuple(Level))
    judged = []
    for line, town in cities:
        if town not in empty or town is None:
            judged.append(line)
            continue
        there = replace(
            calendar,
            place=AskedPlace(programme, None, town),
            days=lessons.by_grade(town, levels, first, last),
            shut=lessons.shut(town, first, last),
        )
        answer = there.free_dates(replace(wish, municipality_id=town.id))
        of_school = sum(day.lack is None or day.lack in OF_CREW for day in answer.days)
        risk = risk_of(line, of_school, len(answer.free), known=campaign.last_day <= last)
        judged.append(replace(line, risk=risk, first_free=answer.first.day if answer.first else None))
    return judged


# --- The crew ---


def _goes(presenter: Any) -> ColumnElement[bool]:
    promised = (AssignmentState.OFFERED, AssignmentState.ACCEPTED)
    return and_(Assignment.presenter_id == presenter, Assignment.state.in_(promised))


def _crew(actor: Actor, campaign: CampaignRow, today: dt.date) -> list[CrewLine]:
    """Who went, goes or is meant to go, by name: how much of it is done, and how much is to come."""
    done = {line.keys[0][0]: line.counts for line in lines_of(filters_of(campaign), (Group.PRESENTER,))}
    coming = (
        select(func.count(Assignment.id))
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(
            _goes(Presenter.id),
            Visit.campaign_id == campaign.id,
            Visit.state.in_(OPEN_VISITS),
            Presentation.on_day >= today,
            in_reach(actor, Visit),
        )
        .correlate(Presenter)
        .scalar_subquery()
    )
    meant = CampaignMember.id.is_not(None)
    named = and_(CampaignMember.presenter_id == Presenter.id, CampaignMember.campaign_id == campaign.id)
    people: Select[Any] = (
        select(
            *(Presenter.id, Presenter.kind, Presenter.adult_on, User.given_spelled, User.family_spelled),
            *(meant.label("meant"), coming.label("coming")),
        )
        .join(User, User.id == Presenter.user_id)
        .outerjoin(CampaignMember, named)
        .where(Presenter.centre_id == campaign.centre_id, or_(meant, coming > 0, Presenter.id.in_([*done])))
    )
    lines = []
    for row in db.session().execute(people):
        minor, counts = is_minor(row.adult_on, today), done.get(row.id, ReportCounts())
        name = row.given_spelled if minor else whole_name(row.given_spelled, row.family_spelled)
        numbers = (counts.visits, counts.presentations, row.coming)
        lines.append(CrewLine(row.id, name, row.kind, minor, bool(row.meant), *numbers))
    return sorted(lines, key=lambda one: (one.minor, names_key(one.name), one.presenter_id))
