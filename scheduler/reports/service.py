"""What a person can do to the books: sign a period off, and take that back; and how a year becomes public."""

import datetime as dt
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit, clock
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.core.refusals import refused_by
from scheduler.core.text import clean
from scheduler.policy import Actor
from scheduler.programmes.terms import Audience
from scheduler.reports.models import CarriedDifference, FigureVersion, PublicFigure, SignedPeriod
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.public import cells_by_year, cells_of_years, figure_versions, published_cells
from scheduler.reports.queries.signing import carried_elsewhere, signed_periods, with_books
from scheduler.reports.rules.attendance import numbers_of
from scheduler.reports.rules.jointly import Place, corrected, place_in
from scheduler.reports.rules.public import exact_before
from scheduler.reports.rules.signing import LONGEST_REASON, problems_with_signing, seen_of
from scheduler.reports.terms.counting import Correction, FigureCell, Filters, Period, Report, ReportCounts
from scheduler.reports.terms.reasons import ReportReason

log = logging.getLogger(__name__)
BOOKS_LOCK = 25  # kind of lock: who signs and who takes back in one centre come one after the other
PUBLIC_LOCK = 92  # who makes public figures does so alone


def sign_period(actor: Actor, period: Period, seen: str, *, now: dt.datetime) -> SignedPeriod:
    """Store the totals of these days of the own centre as they are, with what earlier periods still owe.

    `seen` is `rules.seen_of` what the person read: numbers that moved meanwhile are not signed.
    Raises: Rejected with {field: reason}; Conflict("changed_meanwhile").
    """
    policy.require(actor, "sign", "report", centre=actor.centre_id)
    centre_id = actor.centre_id or 0
    with transaction() as session:
        advisory_lock(session, BOOKS_LOCK, [centre_id])
        living = signed_periods(centre_id)
        if problems := problems_with_signing(period, living, clock.local_day(now)):
            raise Rejected(problems)
        report = with_books(attendance_report(Filters(period, centre_id)))
        owed = report.books.corrections if report.books else ()
        if seen != seen_of(report.totals, owed):
            raise Conflict(GroundReason.CHANGED_MEANWHILE)
        row = _store(session, actor, report, now)
        session.add_all(_carry(row, one) for one in owed)
        audit.record(actor, "signed off", row, at=now, details=_told(period, report.totals, owed))
    log.info("period signed off", extra={"signed_period_id": row.id, "carried": len(owed)})
    return row


def take_back(actor: Actor, period_id: int, why: str, *, now: dt.datetime) -> None:
    """Open a signed-off period again. What it carried of earlier ones is owed again; its row stays, with the reason.

    Raises: NotFound; BadText; Rejected with {field: reason}; Conflict("carried_already") while a later one carries its
    differences, Conflict("taken_back_already").
    """
    policy.require(actor, "take_back", "report", centre=actor.centre_id)
    said = clean(why, limit=LONGEST_REASON)
    if not said:
        raise Rejected({"why": GroundReason.MISSING})
    with transaction() as session:
        advisory_lock(session, BOOKS_LOCK, [actor.centre_id or 0])
        row = session.get(SignedPeriod, period_id, populate_existing=True)
        if row is None:
            raise NotFound("signed period")
        policy.require(actor, "take_back", "report", centre=row.centre_id)
        if row.taken_back_at is not None:
            raise Conflict(ReportReason.TAKEN_BACK_ALREADY)
        if carried_elsewhere(row.id):
            raise Conflict(ReportReason.CARRIED_ALREADY)
        row.taken_back_at, row.taken_back_why = now, said
        audit.record(actor, "sign-off taken back", row, at=now, details={"from": row.first_day, "to": row.last_day})
    log.info("sign-off taken back", extra={"signed_period_id": period_id})


def _store(session: Session, actor: Actor, report: Report, now: dt.datetime) -> SignedPeriod:
    period = report.filters.period
    row = SignedPeriod(
        centre_id=report.filters.centre_id,
        first_day=period.first,
        last_day=period.last,
        signed_at=now,
        signed_by_id=actor.user_id,
        **numbers_of(report.totals),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        if refused_by(error) != "no_day_signed_twice":
            raise
        raise Rejected({"first": ReportReason.SIGNED_ALREADY}) from error
    return row


def _carry(row: SignedPeriod, one: Correction) -> CarriedDifference:
    return CarriedDifference(carried_in_id=row.id, of_period_id=one.of_period, **numbers_of(one.counts))


def _told(period: Period, totals: ReportCounts, owed: tuple[Correction, ...]) -> dict[str, object]:
    return {
        "from": period.first,
        "to": period.last,
        "totals": numbers_of(totals),
        "carried": {str(one.of_period): numbers_of(one.counts) for one in owed},
    }


def publish_figures(*, now: dt.datetime) -> list[int]:
    """Keep what the public reads of each year that is counted, and follow corrections; returns the years changed.

    Run again it changes nothing. A year of which figures are old waits for the next run, and so does everything when
    figures change meanwhile: to judge them takes seconds, in which others may write.
    """
    today, versions = clock.local_day(now), figure_versions()
    years = [year for year, version in versions.items() if version is not None]
    public = cells_by_year(cells_of_years(years))
    due = [year for year in years if year < exact_before(today)]
    stored, kept = published_cells(due), cells_of_years(due, published=False)
    counted, made = cells_by_year(kept), {row.year for row in stored}
    rows = {(row.year, _place_of(row)): row for row in (*stored, *kept)}
    changed = []
    for year in due:
        told = public.get(year, ())
        if year in made:
            others = {one: own for one, own in public.items() if one != year}
            told = corrected(told, counted.get(year, ()), others, year)
        if told and (year not in made or told != public[year]):
            public[year] = told
            changed.append(year)
    if not changed:
        return []
    with transaction() as session:
        advisory_lock(session, PUBLIC_LOCK, [1])
        if figure_versions() != versions:
            return []
        for year in changed:
            _store_public(session, year, {cell: rows[year, place_in(cell)] for cell in public[year]}, today)
    log.info("public figures made", extra={"years": len(changed)})
    return changed


def _place_of(row: Any) -> Place:
    return row.centre_id, row.iso or "", row.city_sr_cyrl or "", row.campaign or None


def _store_public(session: Session, year: int, cells: Mapping[FigureCell, Any], today: dt.date) -> None:
    session.execute(delete(PublicFigure).where(PublicFigure.year == year))
    session.execute(
        insert(PublicFigure),
        [
            {
                "year": year,
                "centre_id": cell.centre_id,
                "iso": cell.district,
                "city_sr_cyrl": cell.city,
                "city_sr_latn": row.city_sr_latn or "",
                "campaign": cell.campaign_id or 0,
                "presentations": cell.counts.presentations,
                **{audience.value: getattr(cell.counts, audience) for audience in Audience},
                "high_school": cell.high_school_pupils,
                "first_day": row.first_day,
                "last_day": row.last_day,
                "made_on": today,
            }
            for cell, row in cells.items()
        ],
    )
    another = update(FigureVersion).where(FigureVersion.year == year).values(version=secrets.randbits(52))
    session.execute(another)  # what pages have cached of the year is over
