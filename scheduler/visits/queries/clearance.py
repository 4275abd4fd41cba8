"""Who may go on a day, by vetting, age and a guardian's consent: the same question that the database's triggers ask."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, literal, null, or_, select, union_all

from scheduler.core.db import db
from scheduler.core.errors import Conflict
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.queries import (
    Day,
    consent_covers,
    guardian_changes,
    may_be_photographed,
    takes_nothing_new,
    vetting_covers,
    wait_with_new_promises,
)
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.rules.crew import uncleared
from scheduler.visits.terms.plans import UnderLaw, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import TO_COME

ONLINE = 0  # instead of a town: no municipality has this id


def town_of(visit: Visit) -> int | None:
    """Whither the crew of a visit travels, its host loaded: a municipality, None abroad, ONLINE while nobody does."""
    return ONLINE if visit.online_link else visit.host.municipality_id


def clearance(
    presenter_ids: Collection[int], day: dt.date, town_id: int | None, *, promised_at: dt.datetime | None = None
) -> dict[int, list[Why]]:
    """For each presenter, why she may not go to a town (see `town_of`) on a day; empty: she may. One query, if any.

    "unvetted", "too_young", "no_consent", "no_travel", "suspended"; of a promise yet to be made also `no_new_promise`,
    and "takes_nothing_new".
    """
    return clearances(presenter_ids, [day], town_id, promised_at)[day]


def clearances(
    presenter_ids: Collection[int], days: Sequence[dt.date], town_id: int | None, promised_at: dt.datetime | None = None
) -> dict[dt.date, dict[int, list[Why]]]:
    """The same for several days; one query for all of them."""
    found: dict[dt.date, dict[int, list[Why]]] = {day: {} for day in days}
    if not presenter_ids or not days:
        return found
    asked = [_law_of(place, presenter_ids, day, promised_at) for place, day in enumerate(days)]
    rows: Sequence[Any] = db.session().execute(union_all(*asked)).all()
    for place, one, home_id, papers, leave, changes, nothing_new, *of_law in sorted(rows, key=lambda row: row[:2]):
        day, away = days[place], town_id not in (ONLINE, home_id) and not leave
        lacks = uncleared(UnderLaw(*of_law), day, vetted=bool(papers), agreed=leave is not None, away=away)
        found[day][one] = [*lacks, *_waiting(changes), *([Why(WhyNot.TAKES_NOTHING_NEW)] if nothing_new else [])]
    return found


def _law_of(place: int, presenter_ids: Collection[int], day: dt.date, promised_at: dt.datetime | None) -> Select[Any]:
    who, law = Presenter.id, (Presenter.adult_on, Presenter.may_present_from, Presenter.suspended_at.is_not(None))
    vetted = exists().where(Vetting.presenter_id == who, *vetting_covers(day))
    travels = func.max(case((GuardianConsent.travels.is_(True), 1), else_=0))
    agreed = select(travels).where(GuardianConsent.presenter_id == who, *consent_covers(day)).scalar_subquery()
    waits = guardian_changes(day, promised_at) if promised_at else null()
    stopped = takes_nothing_new() if promised_at else false()
    asked: Select[Any] = select(literal(place), who, Presenter.home_id, vetted, agreed, waits, stopped, *law)
    return asked.where(who.in_(presenter_ids))


def not_cleared(presenter_ids: Collection[int], day: dt.date, town_id: int | None) -> list[Why]:
    """Every reason why somebody of them may not go to a town on a day."""
    return [why for reasons in clearance(presenter_ids, day, town_id).values() for why in reasons]


def no_new_promise(presenter_ids: Collection[int], day: dt.date, now: dt.datetime) -> dict[int, list[Why]]:
    """Of minors who take no new visit on that day meanwhile, why: what they have promised stays as it is."""
    return {who: _waiting(changes) for who, changes in wait_with_new_promises(presenter_ids, day, now).items()}


def _waiting(changes: int | None) -> list[Why]:
    """What `guardian_changes` says."""
    return [] if changes is None else [Why(WhyNot.GUARDIAN_CHANGES if changes else WhyNot.OLDER_TEXT)]


def refuse_new_promise(person: Presenter, presentation_id: int, day: dt.date, now: dt.datetime) -> None:
    """Raises: Conflict("guardian_changes", "older_text") where a minor takes no new visit meanwhile, "no_travel"
    where she may not travel thither. The database judges the rest.
    """
    if not is_minor(person.adult_on, day):
        return
    for why in no_new_promise([person.id], day, now).get(person.id, []):
        raise Conflict(why.code)
    away = _crews().where(Presenter.id == person.id, Presentation.id == presentation_id, *_beyond_reach(day))
    if db.session().scalar(away) is not None:
        raise Conflict(WhyNot.NO_TRAVEL)


def _crews() -> Select[int]:
    """Presenters beside presentations, and the hosts of these."""
    return select(Presenter.id).where(Visit.id == Presentation.visit_id, Host.id == Visit.host_id)


def _beyond_reach(day: Day) -> list[ColumnElement[bool]]:
    """Of `_crews`: a minor in another town than hers, under consents of which none lets her travel."""
    agreed = exists().where(GuardianConsent.presenter_id == Presenter.id, *consent_covers(day))
    elsewhere = Host.municipality_id.is_distinct_from(Presenter.home_id)
    leave = agreed.where(GuardianConsent.travels.is_(True))
    return [Presenter.adult_on > day, Visit.online_link == "", elsewhere, agreed, ~leave]


def photographed(row: VisitRow, today: dt.date) -> set[int]:
    """Which minors of a visit's crew may be photographed there; asked only where there are any."""
    minors = [one.presenter_id for one in row.crew if is_minor(one.adult_on, min(today, row.on_day))]
    return may_be_photographed(minors, row.on_day) if minors else set()


def uncleared_crew(now: dt.datetime) -> list[int]:
    """Who stands in the crew of a visit to come on a day on which she may not go: one query, asked each minute."""
    day, who = Assignment.on_day, Assignment.presenter_id
    checked = exists().where(Vetting.presenter_id == who, *vetting_covers(day))
    agreed = exists().where(GuardianConsent.presenter_id == who, *consent_covers(day))
    rows = db.session().scalars(
        _crews()
        .where(
            who == Presenter.id,
            Assignment.presentation_id == Presentation.id,
            Assignment.state.in_(TO_COME),
            Assignment.busy_until > now,
            or_(
                ~checked,
                Presenter.may_present_from > day,
                and_(Presenter.adult_on > day, ~agreed),
                and_(*_beyond_reach(day)),
                Presenter.suspended_at.is_not(None),
            ),
        )
        .distinct()
        .order_by(Presenter.id)
    )
    return list(rows)
