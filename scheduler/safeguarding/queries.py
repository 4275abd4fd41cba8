"""Who is cleared on a day, what expires, what waits."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    Exists,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import QueryableAttribute, aliased

from scheduler.core import clock
from scheduler.core.audit import AuditEntry, user_behind
from scheduler.core.db import db
from scheduler.core.errors import NotFound, Reason
from scheduler.core.mailboxes import mailbox_key
from scheduler.keys.queries import key_ring
from scheduler.people import queries as people_queries
from scheduler.people.models import Centre, Presenter, User
from scheduler.people.rules import address_of, is_minor
from scheduler.people.search_models import PersonSearchKey
from scheduler.people.terms import PresenterRow
from scheduler.safeguarding import rules
from scheduler.safeguarding.models import (
    CHECKS,
    AssignmentStop,
    BirthDateCorrection,
    ConsentPaper,
    DrivingCheck,
    Guardian,
    GuardianConsent,
    Vetting,
)
from scheduler.safeguarding.terms import (
    ACCOUNT_CHANGES,
    CONSENT_TEXT,
    BirthDateRow,
    Clearance,
    ConsentRow,
    Ending,
    GuardianRow,
    PaperRow,
    SafeguardingPage,
    SafeguardingReason,
    StaffAccount,
    VettingResult,
    VettingRow,
)

GUARDIAN_LINK = "guardian"  # purpose of a guardian's secret links; the link's subject is her row
PAPER_WAITS = tuple(  # for a second person
    moment.is_(None) for moment in (ConsentPaper.second_seen_at, ConsentPaper.host_seen_at, ConsentPaper.ended_at)
)
CORRECTION_WAITS = (BirthDateCorrection.confirmed_at.is_(None), BirthDateCorrection.ended_at.is_(None))
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


def consents_to_more(now: dt.datetime | BindParameter[dt.datetime]) -> list[ColumnElement[bool]]:
    """Of the consents that stand, those under which a minor may promise something new."""
    coming = _coming(GuardianConsent.presenter_id, now)
    return [*good_consents(), GuardianConsent.text_version == CONSENT_TEXT, ~coming]


def vetting_covers(day: Day) -> list[ColumnElement[bool]]:
    return [*good_vettings(), Vetting.checked_on <= day, Vetting.valid_until >= day]


def consent_covers(day: Day) -> list[ColumnElement[bool]]:
    return [*good_consents(), GuardianConsent.given_on <= day, GuardianConsent.valid_until >= day]


def takes_nothing_new() -> ColumnElement[bool]:
    """Of a presenter: somebody had a concern, and the stop stands; what she has promised stays."""
    return exists().where(AssignmentStop.presenter_id == Presenter.id, AssignmentStop.lifted_at.is_(None))


def has_consent(presenter_ids: Collection[int], day: dt.date) -> dict[int, bool]:
    """For whom of them a guardian's consent to take part covers a day, and whether to travel too."""
    wanted = select(GuardianConsent.presenter_id, GuardianConsent.travels).where(
        GuardianConsent.presenter_id.in_(presenter_ids), *consent_covers(day)
    )
    found: dict[int, bool] = {}
    for who, travels in db.session().execute(wanted):
        found[who] = found.get(who, False) or travels
    return found


def may_be_photographed(presenter_ids: Collection[int], day: dt.date) -> set[int]:
    """Whose guardian has agreed to that."""
    agreed = GuardianConsent.presenter_id.in_(presenter_ids), GuardianConsent.photo.is_(True), *consent_covers(day)
    return set(db.session().scalars(select(GuardianConsent.presenter_id).where(*agreed)))


def reaches(
    home: ColumnElement[int] | QueryableAttribute[int], town_id: int | BindParameter[int] | None
) -> ColumnElement[bool]:
    """Of consents to take part: those that let a minor of a home go to a town; each reaches her own."""
    return or_(GuardianConsent.travels.is_(True), home == town_id)


PURPOSES = ("takes_part", "travels", "rides", "photo")
NEWEST_CONSENT = GuardianConsent.given_on.desc(), GuardianConsent.id.desc()
OF_CONSENT = "id", "guardian_name", "method", "given_on", "valid_until", "warned_days", "text_version", "guardian_id"


def clearances_by_id(presenter_ids: Collection[int], day: dt.date) -> dict[int, Clearance]:
    """These presenters with their proofs; which of a centre's a page shows, staffing/queries/clearances.py knows."""
    rows = people_queries.presenters_by_id(presenter_ids)
    vettings, consents = vettings_of(list(rows)), consents_of(list(rows))
    return {one: rules.clearance(row, vettings[one], consents[one], day) for one, row in rows.items()}


def page_of(presenter_id: int, day: dt.date) -> SafeguardingPage:
    """One presenter's proofs, old ones too, newest first. Raises: NotFound."""
    if (row := people_queries.presenters_by_id([presenter_id]).get(presenter_id)) is None:
        raise NotFound("presenter")
    return proofs_of(row, day)


def proofs_of(row: PresenterRow, day: dt.date) -> SafeguardingPage:
    """The same of a presenter who is read already; one question."""
    check, consent = Vetting, GuardianConsent
    hers = union_all(
        select(check.id.label("check"), null().label("consent")).where(check.presenter_id == row.presenter_id),
        select(null(), consent.id).where(consent.presenter_id == row.presenter_id),
    ).subquery()
    both = select(check, consent).select_from(hers).outerjoin(check, check.id == hers.c.check)
    wanted = both.outerjoin(consent, consent.id == hers.c.consent)
    found = db.session.execute(wanted.order_by(check.checked_on.desc(), check.id.desc(), *NEWEST_CONSENT)).all()
    vettings = tuple(_vetting_row(one) for one, _ in found if one)
    consents = tuple(_consent_row(one) for _, one in found if one)
    return SafeguardingPage(rules.clearance(row, vettings, consents, day), vettings, consents)


def endings_due(day: dt.date) -> list[Ending]:
    """Of every presenter who is not suspended: proofs that end soon, of which nobody was warned."""
    ids = list(db.session.scalars(select(Presenter.id).where(Presenter.suspended_at.is_(None)).order_by(Presenter.id)))
    rows, consents = people_queries.presenters_by_id(ids), consents_of(ids)
    checks = {kind: vettings_of(ids, table) for kind, table in CHECKS.items()}
    by_one = {one: {kind: found[one] for kind, found in checks.items()} for one in ids}
    return [due for one in ids for due in rules.endings_of(rows[one], by_one[one], consents[one], day)]


def guardians_of(presenter_ids: Iterable[int], day: dt.date) -> dict[int, str]:
    """Where to write to the guardian of each of them who is a minor on a day: the one who speaks for her that day.

    Who has withdrawn is still told what came of it. On the day of a change the one before is told.
    """
    return {who: address_of(row.email) for who, row in _guardian_of_each(presenter_ids, day).items()}


def guardian_phones_of(presenter_ids: Iterable[int], day: dt.date) -> dict[int, str]:
    """The same guardian's phone number, where one is known."""
    return {who: row.phone for who, row in _guardian_of_each(presenter_ids, day).items() if row.phone}


def _guardian_of_each(presenter_ids: Iterable[int], day: dt.date) -> dict[int, GuardianRow]:
    minors = select(Presenter.id).where(Presenter.id.in_(list(presenter_ids)), Presenter.adult_on > day)
    found: dict[int, GuardianRow] = {}
    for row in _guardians(Guardian.presenter_id.in_(minors)):
        begun = clock.local_day(row.in_force_at) <= day
        if begun and (row.replaced_at is None or clock.local_day(row.replaced_at) >= day):
            found.setdefault(row.presenter_id, _guardian_row(row))
    return found


def _guardians(*wanted: ColumnElement[bool]) -> list[Guardian]:
    """Guardians who speak, have spoken or will, the earlier first; who was called off before her time is none."""
    rows = select(Guardian).where(
        *wanted, or_(Guardian.replaced_at.is_(None), Guardian.replaced_at > Guardian.in_force_at)
    )
    return list(db.session().scalars(rows.order_by(Guardian.presenter_id, Guardian.in_force_at, Guardian.id)))


def _guardian_row(row: Guardian) -> GuardianRow:
    confirmed = row.confirmed_at is not None
    return GuardianRow(
        row.id, row.name, row.email, row.phone, row.in_force_at, row.replaced_at, row.named_by_id, confirmed
    )


def guardians_named(presenter_ids: Collection[int]) -> dict[int, list[GuardianRow]]:
    """Every guardian of each of them, the earlier first."""
    found: dict[int, list[GuardianRow]] = {presenter_id: [] for presenter_id in presenter_ids}
    for row in _guardians(Guardian.presenter_id.in_(presenter_ids)):
        found[row.presenter_id].append(_guardian_row(row))
    return found


def guardian_of(presenter_id: int, now: dt.datetime) -> GuardianRow | None:
    """Who speaks for a minor at a moment."""
    return next((row for row in guardians_named([presenter_id])[presenter_id] if row.speaks(now)), None)


def account_keys(day: dt.date, address: str) -> dict[str, bool]:
    """The key of a mailbox if an account has it (`mailbox_key`), and whether a young person's it is on a day.

    The mailbox of a centre counts too: staff read it together.
    """
    key, kept = mailbox_key(address), PersonSearchKey.mailbox_key
    people = select(User.email, Presenter.adult_on).outerjoin(Presenter, Presenter.user_id == User.id)
    people = people.join(PersonSearchKey, PersonSearchKey.user_id == User.id).where(or_(kept == key, kept.is_(None)))
    centres = select(Centre.email, cast(null(), Date)).where(Centre.email != "")
    both: CompoundSelect[Any] = union_all(people, centres)
    ages = [adult_on for email, adult_on in db.session().execute(both) if mailbox_key(email) == key]
    return {key: any(is_minor(adult_on, day) for adult_on in ages)} if ages else {}


def first_link_waits(presenter_id: int) -> bool:
    """Whether no link goes to any guardian of a minor yet: nobody consented, and no second person confirmed one."""
    consented = exists().where(GuardianConsent.presenter_id == presenter_id)
    confirmed = exists().where(Guardian.presenter_id == presenter_id, Guardian.confirmed_at.is_not(None))
    return not db.session().scalar(select(or_(consented, confirmed)))


def last_withdrawal(consents: Iterable[ConsentRow]) -> dt.date | None:
    """The local day on which somebody last took a consent back."""
    moments = [row.withdrawn_at for row in consents if row.taken_back and row.withdrawn_at is not None]
    return clock.local_day(max(moments)) if moments else None


def wait_with_new_promises(presenter_ids: Collection[int], day: dt.date, now: dt.datetime) -> dict[int, bool]:
    """Who of them, a minor on that day, takes no new visit meanwhile (see `guardian_changes`)."""
    changes = guardian_changes(day, now)
    rows = db.session().execute(
        select(Presenter.id, changes).where(Presenter.id.in_(presenter_ids), changes.is_not(None))
    )
    return {who: bool(said) for who, said in rows}


def guardian_changes(day: dt.date, now: dt.datetime) -> ColumnElement[int | None]:
    """Of a presenter, why she takes no new visit on that day meanwhile, a minor; what she has promised stays.

    1: another guardian is named who does not speak yet. 0: the guardian agreed to another text than today's. Else NULL.
    """
    agreed = exists().where(GuardianConsent.presenter_id == Presenter.id, *consent_covers(day))
    anew = agreed.where(GuardianConsent.text_version == CONSENT_TEXT)
    minor = Presenter.adult_on > day
    return case((and_(minor, _coming(Presenter.id, now)), 1), (and_(minor, agreed, ~anew), 0))


def _coming(presenter_id: QueryableAttribute[int], now: dt.datetime | BindParameter[dt.datetime]) -> Exists:
    """Whether another guardian is named who does not speak yet."""
    return exists().where(
        Guardian.presenter_id == presenter_id, Guardian.in_force_at > now, Guardian.replaced_at.is_(None)
    )


def older_texts(now: dt.datetime) -> list[int]:
    """Minors whose guardian has agreed to an older text than today's, and was not asked for this one yet."""
    day = clock.local_day(now)
    newer = aliased(GuardianConsent)
    rows = db.session().scalars(
        select(Guardian.presenter_id)
        .join(Presenter, Presenter.id == Guardian.presenter_id)
        .join(GuardianConsent, GuardianConsent.presenter_id == Guardian.presenter_id)
        .where(
            Presenter.adult_on > day,
            Presenter.suspended_at.is_(None),
            Guardian.asked_text != CONSENT_TEXT,
            Guardian.in_force_at <= now,
            or_(Guardian.replaced_at.is_(None), Guardian.replaced_at > now),
            *consent_covers(day),
            ~exists().where(
                newer.presenter_id == Guardian.presenter_id,
                newer.withdrawn_at.is_(None),
                newer.text_version == CONSENT_TEXT,
            ),
        )
        .distinct()
        .order_by(Guardian.presenter_id)
    )
    return list(rows)


def whole_page_of(presenter_id: int, now: dt.datetime) -> SafeguardingPage:
    """`page_of`, with the guardian, the papers that wait and a birth date that is being corrected. Raises: NotFound."""
    day = clock.local_day(now)
    page = page_of(presenter_id, day)
    named = guardians_named([presenter_id])[presenter_id]
    speaks = next((row for row in named if row.speaks(now)), None)
    follows = next((row for row in named if row.in_force_at > now), None)
    barred: Reason | None = SafeguardingReason.GUARDIAN_MISSING
    if speaks is not None:
        has_account = mailbox_key(speaks.email) in account_keys(day, speaks.email)
        confirmed = any(row.confirmed for row in named)
        barred = rules.link_problem(speaks, page.consents, has_account=has_account, confirmed=confirmed)
    papers = tuple(_papers(ConsentPaper.presenter_id == presenter_id, *PAPER_WAITS))
    return replace(
        page,
        guardian=speaks,
        next_guardian=follows,
        papers=papers,
        birth_date=db.session().scalar(select(Presenter.birth_date).where(Presenter.id == presenter_id)),
        correction=_correction(presenter_id),
        link_barred=barred,
    )


def papers_waiting(centre_id: int) -> list[tuple[PaperRow, str]]:
    """Papers of a centre that only one has seen, the longest waiting first, and whose they are."""
    papers = _papers(Presenter.centre_id == centre_id, *PAPER_WAITS)
    people = people_queries.presenters_by_id([paper.presenter_id for paper in papers])
    return [(paper, people[paper.presenter_id].full_name) for paper in papers]


def paper_of(paper_id: int) -> PaperRow:
    """One paper, seen by whom. Raises: NotFound."""
    if found := _papers(ConsentPaper.id == paper_id):
        return found[0]
    raise NotFound("paper")


def _papers(*wanted: ColumnElement[bool]) -> list[PaperRow]:
    first, second, teller_of = aliased(User), aliased(User), aliased(User)
    rows = db.session().execute(
        select(ConsentPaper, first, second, teller_of)
        .join(Presenter, Presenter.id == ConsentPaper.presenter_id)
        .join(first, first.id == ConsentPaper.first_seen_by_id)
        .outerjoin(second, second.id == ConsentPaper.second_seen_by_id)
        .outerjoin(teller_of, teller_of.id == ConsentPaper.told_by_id)
        .where(*wanted)
        .order_by(ConsentPaper.first_seen_at, ConsentPaper.id)
    )
    return [
        PaperRow(
            id=row.id,
            presenter_id=row.presenter_id,
            purposes=tuple(purpose for purpose in PURPOSES if getattr(row, purpose)),
            given_on=row.given_on,
            valid_until=row.valid_until,
            scan_kind=row.scan_kind,
            first_seen_by=one.full_name,
            second_seen_by=other.full_name if other else "",
            over=row.is_over,
            first_seen_by_id=row.first_seen_by_id,
            told_on=row.told_on,
            told_by_phone=row.told_by_phone,
            told_at=row.told_at,
            told_by=teller.full_name if teller else "",
        )
        for row, one, other, teller in rows
    ]


def second_person_problem(first_id: int, second_id: int, at: dt.datetime) -> Reason | None:
    """Why a second account is not another person for what the first one wrote at a moment."""
    one, other = (_staff_account(user_id, since=at - rules.WAIT) for user_id in (first_id, second_id))
    return rules.second_person_problem(one, other, at)


def _staff_account(user_id: int, *, since: dt.datetime) -> StaffAccount:
    origin = func.coalesce(User.origin_id, User.id)
    hers = AuditEntry.thing == User.__tablename__, AuditEntry.thing_id == user_id, AuditEntry.at > since
    opened = select(origin).join(AuditEntry, User.id == user_behind(AuditEntry.actor))
    changed_by = db.session().scalars(opened.where(*hers, AuditEntry.action.in_(ACCOUNT_CHANGES)))
    origin_id, created_at = db.session().execute(select(origin, User.created_at).where(User.id == user_id)).one()
    ring = key_ring(user_id)
    has_key = ring.app_added_at is not None or bool(ring.passkeys)
    return StaffAccount(origin_id, created_at, frozenset(changed_by), has_key)


def another_administrator(centre_id: int, first_id: int, at: dt.datetime) -> bool:
    """Whether an administrator of the centre can be the second person, once she has set up her second step."""
    others = [reader.user_id for centre, reader in people_queries.administrators() if centre == centre_id]
    enough = (None, SafeguardingReason.SECOND_STEP_MISSING)
    return any(second_person_problem(first_id, one, at) in enough for one in others)


def _correction(presenter_id: int) -> BirthDateRow | None:
    found = (
        db.session()
        .execute(
            select(BirthDateCorrection, User)
            .join(User, User.id == BirthDateCorrection.proposed_by_id)
            .where(BirthDateCorrection.presenter_id == presenter_id, *CORRECTION_WAITS)
        )
        .one_or_none()
    )
    if found is None:
        return None
    row, user = found
    return BirthDateRow(row.id, row.birth_date, user.full_name, row.proposed_by_id)


def vettings_of(
    presenter_ids: Sequence[int], kind: type[Vetting] | type[DrivingCheck] = Vetting
) -> dict[int, list[VettingRow]]:
    """What checks of presenters, for schools or as drivers, have come to, by presenter, the newest first."""
    found: dict[int, list[VettingRow]] = {presenter_id: [] for presenter_id in presenter_ids}
    wanted: Select[Any] = select(kind).where(kind.presenter_id.in_(presenter_ids))
    for row in db.session.scalars(wanted.order_by(kind.checked_on.desc(), kind.id.desc())):
        found[row.presenter_id].append(_vetting_row(row))
    return found


def _vetting_row(row: Vetting | DrivingCheck) -> VettingRow:
    return VettingRow(row.id, row.result, row.checked_on, row.valid_until, row.warned_days)


def consents_of(presenter_ids: Sequence[int]) -> dict[int, list[ConsentRow]]:
    """What guardians have agreed to, by presenter, the newest first."""
    found: dict[int, list[ConsentRow]] = {presenter_id: [] for presenter_id in presenter_ids}
    wanted = select(GuardianConsent).where(GuardianConsent.presenter_id.in_(presenter_ids))
    for row in db.session.scalars(wanted.order_by(*NEWEST_CONSENT)):
        found[row.presenter_id].append(_consent_row(row))
    return found


def _consent_row(row: GuardianConsent) -> ConsentRow:
    named = {name: getattr(row, name) for name in (*OF_CONSENT, "withdrawn_at", "withdrawn_by")}
    purposes = tuple(purpose for purpose in PURPOSES if getattr(row, purpose))
    return ConsentRow(**named, purposes=purposes, withdrawn=row.withdrawn_at is not None)
