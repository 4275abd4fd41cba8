"""What pages show of certificates, and the facts that a new one prints."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace

from sqlalchemy import ColumnElement, Exists, ScalarSelect, Select, Subquery, func, select

from scheduler import policy
from scheduler.attendance.models import Attendance, HeadCount, NamedAdult
from scheduler.attendance.terms import COUNTS_FOR_REPORTS, HeadCounts
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.templates import templates_in_force
from scheduler.certificates.rules import number_typed
from scheduler.certificates.terms import (
    FORGOTTEN_KEY,
    CertificateKind,
    CertificatePaper,
    CertificateRow,
    CertificateState,
    CheckedCertificate,
    Signatory,
    VisitFacts,
)
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.language import DEFAULT, pick
from scheduler.core.names import spelled
from scheduler.core.query_hints import no_row, some_row
from scheduler.imports.batches import ImportBatch, ImportedRow
from scheduler.people.models import Centre, Presenter
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.places.rules.hosts import name_in_full
from scheduler.policy import SYSTEM, Actor, in_reach
from scheduler.programmes.models import Campaign, Programme
from scheduler.programmes.terms import Audience, in_language
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import HELD_STATES, VisitState

NUMBERS_AT_ONCE = 500


def certificate_of_number(typed: str) -> CheckedCertificate:
    """The certificate with the number a visitor typed or scanned. Raises: NotFound."""
    number = number_typed(typed)
    certificate = db.session.scalar(select(Certificate).where(Certificate.number == number)) if number else None
    if certificate is None:
        raise NotFound("certificate")
    successor = db.session.get(Certificate, certificate.replaced_by_id) if certificate.replaced_by_id else None
    person = db.session.get(Presenter, certificate.presenter_id) if certificate.presenter_id else None
    return CheckedCertificate(
        paper=paper_of(certificate),
        language=certificate.language,
        state=certificate.state,
        state_since=certificate.state_since,
        holder_name=certificate.holder_name,
        holder_key=key_told(certificate, person.adult_on if person else None),
        replaced_by_running_number=successor.running_number if successor else "",
        replaced_by_number=successor.number if successor else "",
    )


def key_told(row: Certificate, adult_on: dt.date | None) -> str:
    """Whose it is, as a hash; of one who, as is known by now, was a minor when it was issued, no hash compares."""
    kept = not is_minor(adult_on, row.issued_at.date()) or row.holder_key.startswith(FORGOTTEN_KEY)
    return row.holder_key if kept else row.about


def papers_to_draw(actor: Actor, numbers: Sequence[str]) -> list[tuple[CertificatePaper, str]]:
    """The valid ones of these certificates as they are printed, with their languages, in the order of the numbers.

    Raises: NotAllowed, NotFound when one lies outside the actor's reach.
    """
    found: dict[str, tuple[CertificatePaper, str]] = {}
    for some in _batched(numbers):
        rows = db.session.execute(
            select(Certificate, Visit)
            .join(Visit, Visit.id == Certificate.visit_id)
            .where(Certificate.number.in_(some), Certificate.state == CertificateState.ISSUED)
            .order_by(Certificate.id)
        )
        for row, visit in rows:
            hers = row.presenter_id is not None  # no school's, though it rests on a visit there
            asked_by = None if hers else visit.school_request_id
            whose = [row.presenter_id] if hers else []
            policy.require(actor, "read", "certificate", centre=policy.spot(visit), request=asked_by, presenters=whose)
            found[row.number] = (replace(paper_of(row), holder_name=row.holder_name or ""), row.language)
    return [found[number] for number in numbers if number in found]


def valid_among(numbers: Sequence[str]) -> list[str]:
    """Those of these numbers whose certificates hold, in their order."""
    held: set[str] = set()
    for some in _batched(numbers):
        wanted = select(Certificate.number).where(
            Certificate.number.in_(some), Certificate.state == CertificateState.ISSUED
        )
        held.update(db.session.scalars(wanted))
    return [number for number in numbers if number in held]


def _batched(numbers: Sequence[str]) -> list[Sequence[str]]:
    """In pieces that any database takes as the values of one question."""
    return [numbers[start : start + NUMBERS_AT_ONCE] for start in range(0, len(numbers), NUMBERS_AT_ONCE)]


def paper_of(certificate: Certificate) -> CertificatePaper:
    """The certificate as it was printed."""
    said = json.loads(certificate.printed)
    return CertificatePaper(
        **(
            said
            | {
                "kind": CertificateKind(said["kind"]),
                "on_day": dt.date.fromisoformat(said["on_day"]),
                "issued_on": dt.date.fromisoformat(said["issued_on"]),
                "signatories": tuple(Signatory(**who) for who in said["signatories"]),
                "since": dt.date.fromisoformat(said["since"]) if said.get("since") else None,
            }
        )
    )


def printed_text(paper: CertificatePaper) -> str:
    """What is stored of a paper: every printed field but the holder's name, which has a column that can be blanked."""
    said = asdict(paper) | {"holder_name": ""}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)


def certificates_of_request(actor: Actor, request_id: int) -> list[CertificateRow]:
    """All certificates of a school request's visits, the school's own first. Raises: NotAllowed, NotFound."""
    visit = db.session.scalar(select(Visit).where(Visit.school_request_id == request_id).limit(1))
    policy.require(actor, "read", "certificate", centre=policy.spot(visit), request=request_id)
    rows = db.session.scalars(
        select(Certificate)
        .join(Visit, Visit.id == Certificate.visit_id)
        .where(Visit.school_request_id == request_id, Certificate.presenter_id.is_(None))
        .order_by(Certificate.kind, Certificate.id)
    )
    return [row_of(row) for row in rows]


def certificate_to_change(actor: Actor, number: str) -> CertificateRow:
    """One certificate for those who may issue it again or revoke it. Raises: NotAllowed, NotFound."""
    row = db.session.execute(
        select(Certificate, Visit)
        .join(Visit, Visit.id == Certificate.visit_id)
        .where(Certificate.number == number_typed(number))
    ).one_or_none()
    if row is None:
        raise NotFound("certificate")
    policy.require(actor, "issue", "certificate", centre=policy.spot(row.Visit))
    return row_of(row.Certificate)


def due_visits(
    centre_id: int | None = None, *, campaign_slug: str = "", visit_ids: Collection[int] | None = None
) -> list[int]:
    """Ids of delivered visits whose attendance is locked in every presentation held, oldest first."""
    wanted = select(Visit.id).where(Visit.state == VisitState.DELIVERED, ~unlocked())
    if centre_id is not None:
        wanted = wanted.where(Visit.centre_id == centre_id)
    if visit_ids is not None:
        wanted = wanted.where(Visit.id.in_(visit_ids))
    if campaign_slug:
        wanted = wanted.join(Campaign, Campaign.id == Visit.campaign_id).where(Campaign.slug == campaign_slug)
    return list(db.session.scalars(wanted.order_by(Visit.on_day, Visit.id)))


def unlocked() -> Exists:
    """A presentation of the visit was held, and its numbers are not locked."""
    return (
        select(Presentation.id)
        .outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
        .where(
            Presentation.visit_id == Visit.id,
            Presentation.state.in_(HELD_STATES),
            (Attendance.id.is_(None)) | (Attendance.state.not_in(COUNTS_FOR_REPORTS)),
        )
        .exists()
    )


def visits_to_certify(limit: int, *, after: int = 0) -> list[int]:
    """The next due visits at which nobody has looked since their numbers, names or papers changed, by id.

    Found by an index that holds no others: nothing waits, nothing is read.
    """
    return list(
        db.session.scalars(
            select(Visit.id)
            .where(Visit.state == VisitState.DELIVERED, ~Visit.papers_settled, Visit.id > after, ~unlocked())
            .order_by(Visit.id)
            .limit(limit)
        )
    )


def signatory_of(centre: Centre, language: str) -> Signatory:
    """Who signs the papers of a centre, with her duty."""
    duty = in_language(language, centre.signatory_duty_sr_cyrl, centre.signatory_duty_en)
    return Signatory(spelled(centre.signatory, language), duty)


def imported_among(visit_ids: Collection[int]) -> set[int]:
    """Which of these visits came with a file of past years: their schools have what they were given then."""
    return set(db.session.scalars(imported().where(ImportedRow.thing_id.in_(visit_ids))))


def imported() -> Select[int]:
    return (
        select(ImportedRow.thing_id)
        .join(ImportBatch, ImportBatch.id == ImportedRow.batch_id)
        .where(ImportedRow.thing == Visit.__tablename__, ImportBatch.undone_at.is_(None))  # an id may be given again
    )


def campaign_exists(slug: str) -> bool:
    """Whether there is a campaign of that name."""
    return db.session.scalar(select(Campaign.id).where(Campaign.slug == slug)) is not None


def visits_missing_certificates(reader: Actor = SYSTEM) -> list[int]:
    """Of the due visits, those that never had a certificate, or whose school has named somebody who never had one.

    Names for whom no adult is left of those counted are not waited for: they earn nothing. Visits of past years that
    were imported are not waited for either. Only visits that are not settled are looked at.
    """
    wanted = _missing(_named_without_a_paper()).where(~Visit.papers_settled, in_reach(reader, Visit))
    return list(db.session.scalars(wanted.order_by(Visit.on_day, Visit.id)))


def _missing(named_more: ColumnElement[bool]) -> Select[int]:
    """The question itself, of visits settled or not; `named_more`: somebody is named who has no certificate."""
    had = select(Certificate.id).where(Certificate.visit_id == Visit.id, Certificate.about == "")
    holders = _papers_of_teachers(Certificate.state == CertificateState.ISSUED)
    return select(Visit.id).where(
        Visit.state == VisitState.DELIVERED,
        no_row(had.correlate(Visit)) | (named_more & (holders < _people(HeadCount.audience != Audience.PUPILS))),
        ~unlocked(),
        ~imported().where(ImportedRow.thing_id == Visit.id).exists(),
    )


def _named_without_a_paper() -> ColumnElement[bool]:
    named = (
        select(NamedAdult.id)
        .outerjoin(
            Certificate,
            (Certificate.visit_id == NamedAdult.visit_id)
            & (Certificate.kind == CertificateKind.TEACHER)
            & (Certificate.holder_key == NamedAdult.name_key),
        )
        .where(NamedAdult.visit_id == Visit.id, Certificate.id.is_(None))
        .correlate(Visit)
    )
    return some_row(named)


def _papers_of_teachers(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    return (
        select(func.count(Certificate.id))
        .where(Certificate.visit_id == Visit.id, Certificate.kind == CertificateKind.TEACHER, *which)
        .scalar_subquery()
    )


def _people(*whom: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many were counted at a visit."""
    return (
        select(func.coalesce(func.sum(HeadCount.people), 0))
        .join(Presentation, Presentation.id == HeadCount.presentation_id)
        .where(Presentation.visit_id == Visit.id, HeadCount.counts.is_(True), *whom)
        .scalar_subquery()
    )


def violations() -> list[str]:
    """A sentence for each visit that counts as settled although its certificates wait.

    Names are counted, not compared: their keys are other ones after the installation's key was changed.
    """
    named = select(func.count(NamedAdult.id)).where(NamedAdult.visit_id == Visit.id).scalar_subquery()
    wanted = _missing(named > _papers_of_teachers()).where(Visit.papers_settled, _people() > 0).order_by(Visit.id)
    return [f"visit {one} waits for certificates, and no sweep looks at it" for one in db.session.scalars(wanted)]


def visit_facts(visit_ids: Collection[int], *, spoken: str = "") -> dict[int, VisitFacts]:
    """All that the certificates of these visits print, in their schools' languages or as `spoken`: five questions."""
    rows = db.session.execute(
        select(Visit, Host, Programme, Centre, SchoolRequest, Campaign)
        .join(Host, Host.id == Visit.host_id)
        .join(Programme, Programme.id == Visit.programme_id)
        .join(Centre, Centre.id == Visit.centre_id)
        .outerjoin(SchoolRequest, SchoolRequest.id == Visit.school_request_id)
        .outerjoin(Campaign, Campaign.id == Visit.campaign_id)
        .where(Visit.id.in_(visit_ids))
        .order_by(Visit.id)
    ).all()
    looks = templates_in_force({row.Centre.id for row in rows})
    people, given = _people_of(visit_ids), _given_at(visit_ids)
    named: dict[int, list[str]] = defaultdict(list)
    for visit_id, name in db.session.execute(
        select(NamedAdult.visit_id, NamedAdult.name).where(NamedAdult.visit_id.in_(visit_ids)).order_by(NamedAdult.id)
    ):
        named[visit_id].append(name)
    found = {}
    for visit, host, programme, centre, school_request, campaign in rows:
        language = spoken or (school_request.language if school_request else DEFAULT)
        presentations, minutes = given.get(visit.id, (0, 0))
        facts = VisitFacts(
            visit_id=visit.id,
            centre_id=centre.id,
            school_request_id=visit.school_request_id,
            language=language,
            on_day=visit.on_day,
            host_name=name_in_full(host.kind, pick(language, host.name_sr_cyrl, host.name_sr_latn), language),
            host_place=pick(language, host.place_sr_cyrl, host.place_sr_latn),
            programme_title=in_language(language, programme.name_sr_cyrl, programme.name_en),
            centre_name=centre.name(language),
            centre_place=pick(language, centre.place_sr_cyrl, centre.place_sr_latn),
            signatory=signatory_of(centre, language),
            counts=people.get(visit.id, HeadCounts()),
            presentations=presentations,
            minutes=minutes,
            named_adults=tuple(spelled(name, language) for name in named[visit.id]),
            programme_number=programme.catalogue_number,
            programme_hours=programme.catalogue_hours,
            template=looks.get((centre.id, programme.id)) or looks.get((centre.id, None)),
        )
        found[visit.id] = facts if campaign is None else _in_own_words(campaign, facts)
    return found


def _in_own_words(one: Campaign, facts: VisitFacts) -> VisitFacts:
    """With a campaign's name, and what its own certificate says; nothing where it has none."""
    return replace(
        facts,
        campaign_name=in_language(facts.language, one.name_sr_cyrl, one.name_en),
        campaign_title=in_language(facts.language, one.certificate_title_sr_cyrl, one.certificate_title_en),
        campaign_text=in_language(facts.language, one.certificate_text_sr_cyrl, one.certificate_text_en),
    )


def _held(visit_ids: Collection[int]) -> Subquery:
    """The presentations of these visits that were held and count."""
    return (
        select(
            Presentation.id,
            Presentation.visit_id,
            func.coalesce(Attendance.minutes_given, Presentation.minutes).label("minutes"),
        )
        .join(Attendance, Attendance.presentation_id == Presentation.id)
        .where(
            Presentation.visit_id.in_(visit_ids),
            Presentation.state.in_(HELD_STATES),
            Attendance.state.in_(COUNTS_FOR_REPORTS),
        )
        .subquery()
    )


def _people_of(visit_ids: Collection[int]) -> dict[int, HeadCounts]:
    """Counts that count, of the presentations held, by visit."""
    held = _held(visit_ids)
    rows = db.session.execute(
        select(held.c.visit_id, HeadCount.audience, func.sum(HeadCount.people))
        .join(held, held.c.id == HeadCount.presentation_id)
        .where(HeadCount.counts.is_(True))
        .group_by(held.c.visit_id, HeadCount.audience)
    )
    people: dict[int, dict[str, int]] = defaultdict(dict)
    for visit_id, audience, total in rows:
        people[visit_id][audience.value] = int(total)
    return {visit_id: HeadCounts(**counts) for visit_id, counts in people.items()}


def _given_at(visit_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """How many presentations were held at each visit, and their minutes together."""
    held = _held(visit_ids)
    rows = db.session.execute(
        select(held.c.visit_id, func.count(held.c.id), func.sum(held.c.minutes)).group_by(held.c.visit_id)
    )
    return {visit_id: (presentations, int(minutes)) for visit_id, presentations, minutes in rows}


def row_of(certificate: Certificate) -> CertificateRow:
    said = json.loads(certificate.printed)
    return CertificateRow(
        id=certificate.id,
        number=certificate.number,
        running_number=certificate.running_number,
        kind=certificate.kind,
        holder_name=certificate.holder_name,
        host_name=said["host_name"],
        on_day=dt.date.fromisoformat(said["on_day"]),
        state=certificate.state,
        language=certificate.language,
        group=said.get("group", ""),
        presenter_id=certificate.presenter_id,
    )
