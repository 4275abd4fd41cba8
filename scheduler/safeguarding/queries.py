"""Who is cleared on a day, what expires, what waits."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, exists, select
from sqlalchemy.orm import InstrumentedAttribute, QueryableAttribute, aliased

from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.sorting import Sort, in_order
from scheduler.core.text import fold
from scheduler.people import queries as people_queries
from scheduler.people.models import Presenter
from scheduler.people.rules import address_of
from scheduler.people.terms import PresenterRow
from scheduler.safeguarding import rules
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.terms import (
    Clearance,
    ConsentRow,
    Ending,
    ProofStanding,
    SafeguardingPage,
    VettingResult,
    VettingRow,
)

Day = dt.date | QueryableAttribute[dt.date]


def good_vettings() -> list[ColumnElement[bool]]:
    """Clear results that no later check undid; each is good on its own days."""
    refused = aliased(Vetting)
    undone = exists().where(
        refused.presenter_id == Vetting.presenter_id,
        refused.result == VettingResult.REFUSED,
        refused.checked_on >= Vetting.checked_on,
    )
    return [Vetting.result == VettingResult.CLEARED, ~undone]


def good_consents() -> list[ColumnElement[bool]]:
    """Consents to take part that stand; each is good on its own days."""
    return [GuardianConsent.takes_part.is_(True), GuardianConsent.withdrawn_at.is_(None)]


def vetting_covers(day: Day) -> list[ColumnElement[bool]]:
    return [*good_vettings(), Vetting.checked_on <= day, Vetting.valid_until >= day]


def consent_covers(day: Day) -> list[ColumnElement[bool]]:
    return [*good_consents(), GuardianConsent.given_on <= day, GuardianConsent.valid_until >= day]


def has_vetting(presenter_ids: Collection[int], day: dt.date) -> set[int]:
    """Who of them holds a clear vetting that covers a day and that no later check undid."""
    wanted = select(Vetting.presenter_id).where(Vetting.presenter_id.in_(presenter_ids), *vetting_covers(day))
    return set(db.session().scalars(wanted))


def has_consent(presenter_ids: Collection[int], day: dt.date) -> set[int]:
    """For whom of them a guardian's consent to take part covers a day."""
    wanted = select(GuardianConsent.presenter_id).where(
        GuardianConsent.presenter_id.in_(presenter_ids), *consent_covers(day)
    )
    return set(db.session().scalars(wanted))


_STANDINGS = {standing: place for place, standing in enumerate(ProofStanding)}


SORTS: Mapping[str, Callable[[Clearance], Any]] = {
    "name": lambda row: fold(row.presenter.full_name),
    "role": lambda row: row.presenter.kind,
    "home": lambda row: fold(row.presenter.home_sr_latn),
    "check": lambda row: (_STANDINGS[row.vetting.standing], row.vetting.ends_in or 0),
    "consent": lambda row: (_STANDINGS[row.consent.standing], row.consent.ends_in or 0),
}


PURPOSES = ("takes_part", "travels", "photo", "name_on_the_web")


def clearances_of(centre_id: int, day: dt.date, sort: Sort | None = None) -> list[Clearance]:
    """Every presenter of a centre with her proofs, by name or as asked."""
    return in_order(_clearances(people_queries.presenters_of(centre_id), day), sort, SORTS)


def page_of(presenter_id: int, day: dt.date) -> SafeguardingPage:
    """One presenter's proofs, old ones too, newest first. Raises: NotFound."""
    row = people_queries.presenters_by_id([presenter_id]).get(presenter_id)
    if row is None:
        raise NotFound("presenter")
    vettings = vettings_of([presenter_id])[presenter_id]
    consents = consents_of([presenter_id])[presenter_id]
    return SafeguardingPage(rules.clearance(row, vettings, consents, day), tuple(vettings), tuple(consents))


def endings_due(day: dt.date) -> list[Ending]:
    """Of every presenter who is not suspended: proofs that end soon, of which nobody was warned."""
    ids = list(db.session.scalars(select(Presenter.id).where(Presenter.suspended_at.is_(None)).order_by(Presenter.id)))
    rows, vettings, consents = people_queries.presenters_by_id(ids), vettings_of(ids), consents_of(ids)
    return [due for one in ids for due in rules.endings_of(rows[one], vettings[one], consents[one], day)]


def guardians_of(presenter_ids: Iterable[int], day: dt.date) -> dict[int, str]:
    """Where to write to the guardian of each of them who is a minor on a day: the address of the newest consent.

    One that was not withdrawn goes first; a guardian who withdrew is still told what came of it.
    """
    found = _guardian_of_each(GuardianConsent.guardian_email, presenter_ids, day)
    return {presenter_id: address_of(address) for presenter_id, address in found.items()}


def guardian_phones_of(presenter_ids: Iterable[int], day: dt.date) -> dict[int, str]:
    """The same guardian's phone number, where the consent names one."""
    found = _guardian_of_each(GuardianConsent.guardian_phone, presenter_ids, day)
    return {presenter_id: phone for presenter_id, phone in found.items() if phone}


def _guardian_of_each(wanted: InstrumentedAttribute[str], presenter_ids: Iterable[int], day: dt.date) -> dict[int, str]:
    rows = db.session.execute(
        select(GuardianConsent.presenter_id, wanted)
        .join(Presenter, Presenter.id == GuardianConsent.presenter_id)
        .where(GuardianConsent.presenter_id.in_(list(presenter_ids)), Presenter.adult_on > day)
        .order_by(
            case((GuardianConsent.withdrawn_at.is_(None), 1), else_=0),
            GuardianConsent.given_on,
            GuardianConsent.id,
        )
    )
    return {row[0]: row[1] for row in rows}  # the last one stays


def _clearances(presenters: Sequence[PresenterRow], day: dt.date) -> list[Clearance]:
    ids = [row.presenter_id for row in presenters]
    vettings, consents = vettings_of(ids), consents_of(ids)
    return [rules.clearance(row, vettings[row.presenter_id], consents[row.presenter_id], day) for row in presenters]


def vettings_of(presenter_ids: Sequence[int]) -> dict[int, list[VettingRow]]:
    """What checks of presenters have come to, by presenter, the newest first."""
    found: dict[int, list[VettingRow]] = {presenter_id: [] for presenter_id in presenter_ids}
    rows = db.session.scalars(
        select(Vetting)
        .where(Vetting.presenter_id.in_(presenter_ids))
        .order_by(Vetting.checked_on.desc(), Vetting.id.desc())
    )
    for row in rows:
        found[row.presenter_id].append(VettingRow(row.id, row.result, row.checked_on, row.valid_until, row.warned_days))
    return found


def consents_of(presenter_ids: Sequence[int]) -> dict[int, list[ConsentRow]]:
    """What guardians have agreed to, by presenter, the newest first."""
    found: dict[int, list[ConsentRow]] = {presenter_id: [] for presenter_id in presenter_ids}
    rows = db.session.scalars(
        select(GuardianConsent)
        .where(GuardianConsent.presenter_id.in_(presenter_ids))
        .order_by(GuardianConsent.given_on.desc(), GuardianConsent.id.desc())
    )
    for row in rows:
        found[row.presenter_id].append(
            ConsentRow(
                id=row.id,
                guardian_name=row.guardian_name,
                method=row.method,
                purposes=tuple(purpose for purpose in PURPOSES if getattr(row, purpose)),
                given_on=row.given_on,
                valid_until=row.valid_until,
                withdrawn=row.withdrawn_at is not None,
                warned_days=row.warned_days,
            )
        )
    return found
