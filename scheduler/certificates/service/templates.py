"""How a centre's certificates look and what they say: a change makes the next version, papers that are out stay."""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.attendance.terms import HeadCounts
from scheduler.certificates import pdf, rules
from scheduler.certificates.kinds.every import KINDS
from scheduler.certificates.kinds.papers import new_paper
from scheduler.certificates.models import CertificatePicture, CertificateTemplate
from scheduler.certificates.queries import templates
from scheduler.certificates.queries.papers import signatory_of
from scheduler.certificates.terms import (
    CertificateKind,
    CertificateReason,
    PaperPicture,
    PicturePlace,
    StoredTemplate,
    TemplateDraft,
    VisitFacts,
    WordingDraft,
)
from scheduler.cohorts.terms import HIGHEST_LEVEL
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.drawings import is_drawing, pixels_of
from scheduler.core.errors import Conflict, GroundReason, NotFound, Reason, Rejected
from scheduler.core.language import is_cyrillic, pick
from scheduler.core.scans import LOGO_SIDES, BadScan, ScanReason, read_logo, read_signature
from scheduler.people.models import Centre
from scheduler.places.rules.hosts import name_in_full
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import in_language

log = logging.getLogger(__name__)
PICTURE_REASONS: Mapping[Reason, Reason] = {
    ScanReason.SCAN_MISSING: CertificateReason.PICTURE_MISSING,
    ScanReason.SCAN_OF_NO_KIND: CertificateReason.PICTURE_OF_NO_KIND,
    ScanReason.SCAN_NOT_WHOLE: CertificateReason.PICTURE_NOT_WHOLE,
    ScanReason.SCAN_TOO_FINE: CertificateReason.PICTURE_TOO_FINE,
    ScanReason.SCAN_EMPTY: CertificateReason.PICTURE_EMPTY,
}
SAMPLE_HOLDERS = {  # nobody's: as long as a name of two surnames can be
    True: "Александра-Магдалена Петронијевић-Константиновић",
    False: "Aleksandra-Magdalena Petronijević-Konstantinović",
}
SAMPLE_NUMBER = "0" * rules.NUMBER_LENGTH


@dataclass(frozen=True)
class TemplateScope:
    """Whose template: a centre's, or that of one of its programmes; and the version that its page showed."""

    programme_id: int | None = None
    version: int | None = None


def change_template(actor: Actor, scope: TemplateScope, draft: TemplateDraft, *, now: dt.datetime) -> None:
    """Say how papers look from now on, and who signs them. A picture of a signature goes with its name.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}; Conflict("changed_meanwhile").
    """
    if problems := rules.problems_with_template(draft):
        raise Rejected(problems)
    _change(
        actor,
        scope,
        lambda before: replace(before, draft=draft, pictures=rules.pictures_after(before, draft)),
        now=now,
    )


def change_wording(
    actor: Actor, scope: TemplateScope, kind: CertificateKind, wording: WordingDraft, *, now: dt.datetime
) -> None:
    """Say what papers of one kind say from now on. Raises: as `change_template`."""
    if problems := rules.problems_with_wording(wording):
        raise Rejected(problems)
    _change(actor, scope, lambda before: replace(before, wordings={**before.wordings, kind: wording}), now=now)


def give_picture(actor: Actor, scope: TemplateScope, place: PicturePlace, content: bytes, *, now: dt.datetime) -> None:
    """Print a picture from now on, drawn anew from its pixels; it is read outside of any lock (TRUST S23).

    Raises: NotAllowed, NotFound; Rejected({"photo": reason}); Conflict("changed_meanwhile").
    """
    centre_id = _centre_of(db.session(), actor, scope)
    drawn = read_picture(place, content)
    with change(actor, now) as act:
        row = CertificatePicture(centre_id=centre_id, made_at=now, **drawn.__dict__)
        act.session.add(row)
        act.session.flush()
        _next_version(act, scope, lambda before: replace(before, pictures={**before.pictures, place: row.id}))
    log.info("certificate picture given", extra={"place": place.value, "size": len(drawn.content)})


def take_picture_away(actor: Actor, scope: TemplateScope, place: PicturePlace, *, now: dt.datetime) -> None:
    """Print it no more. Raises: NotAllowed, NotFound."""
    _change(
        actor,
        scope,
        lambda before: replace(before, pictures={one: at for one, at in before.pictures.items() if one is not place}),
        now=now,
    )


def follow_centre(actor: Actor, programme_id: int, *, now: dt.datetime) -> None:
    """Let a programme's papers look as its centre's again, and change with them. Raises: NotAllowed, NotFound."""
    scope = TemplateScope(programme_id)
    with change(actor, now) as act:
        centre_id = _centre_of(act.session, actor, scope)
        own = templates.template_of(centre_id, programme_id)
        if own is not None:
            _add_version(act, scope, {**templates.as_columns(own), "follows_centre": True}, ["follows_centre"])


def read_picture(place: PicturePlace, content: bytes) -> PaperPicture:
    """What a file shows, as papers will. Raises: Rejected({"photo": reason})."""
    try:
        if place is PicturePlace.LOGO:
            drawn = read_logo(pixels_of(content, LOGO_SIDES) if is_drawing(content) else content)
        else:
            drawn = read_signature(content)
    except BadScan as bad:
        raise Rejected({"photo": PICTURE_REASONS.get(bad.reason, bad.reason)}) from bad
    return PaperPicture(drawn.content, drawn.width, drawn.height)


def template_to_change(actor: Actor, scope: TemplateScope, *, now: dt.datetime) -> StoredTemplate:
    """What is in force there: of a programme without a template of its own the centre's. Raises: NotAllowed, NotFound.

    Version 0: nobody has made one.
    """
    return _before(_centre_of(db.session(), actor, scope), scope, now)


def preview(
    actor: Actor,
    template: StoredTemplate,
    kind: CertificateKind,
    lang: str,
    *,
    given: tuple[PicturePlace, PaperPicture] | None = None,
    now: dt.datetime,
) -> bytes:
    """A paper of nobody, with the longest names of a school and a programme here; nothing is stored of it.

    `given`: a picture that is not stored yet. Raises: NotAllowed.
    """
    policy.require(actor, "update", "certificate_template", centre=actor.centre_id)
    stored = templates.pictures_of(template.pictures.values())
    shown, seen = {**stored}, dict(template.pictures)
    if given is not None:
        shown[0], seen[given[0]] = given[1], 0
    face = templates.face_of(replace(template, pictures=seen), shown)
    facts = replace(_sample(actor.centre_id or 0, lang, clock.local_day(now)), template=replace(template, id=1))
    paper = new_paper(facts, kind, SAMPLE_NUMBER, f"U-{facts.on_day.year}-000000", facts.on_day)
    if KINDS[kind].of_a_person:
        paper = replace(paper, holder_name=SAMPLE_HOLDERS[is_cyrillic(lang)])
    return pdf.draw_each([(paper, lang)], {1: face})


def _sample(centre_id: int, lang: str, today: dt.date) -> VisitFacts:
    """A visit that never was, with the longest names that are here."""
    centre = db.session.get_one(Centre, centre_id)
    host, programme = templates.longest_names(centre_id)
    return VisitFacts(
        visit_id=0,
        centre_id=centre_id,
        school_request_id=None,
        language=lang,
        on_day=today,
        host_name=name_in_full(host.kind, pick(lang, host.name_sr_cyrl, host.name_sr_latn), lang) if host else "",
        host_place=pick(lang, host.place_sr_cyrl, host.place_sr_latn) if host else "",
        programme_title=in_language(lang, programme.name_sr_cyrl, programme.name_en) if programme else "",
        centre_name=centre.name(lang),
        centre_place=pick(lang, centre.place_sr_cyrl, centre.place_sr_latn),
        signatory=signatory_of(centre, lang),
        since=today - dt.timedelta(days=120),
        group="D-2026-0000",
        grade=7,
        level=HIGHEST_LEVEL,
        counts=HeadCounts(pupils=1204, parents=85, teachers=12),
        presentations=3,
        minutes=135,
        named_adults=(),
        programme_number="412",
        programme_hours=8,
    )


Changed = Callable[[StoredTemplate], StoredTemplate]


def _change(actor: Actor, scope: TemplateScope, how: Changed, *, now: dt.datetime) -> None:
    with change(actor, now) as act:
        _next_version(act, scope, how)


def _next_version(act: Act, scope: TemplateScope, how: Changed) -> None:
    """Store what is different as the next version; what is not different makes none."""
    centre_id = _centre_of(act.session, act.actor, scope)
    before = _before(centre_id, scope, act.now)
    if scope.version is not None and scope.version != before.version:
        raise Conflict(GroundReason.CHANGED_MEANWHILE)
    old, new = templates.as_columns(before), templates.as_columns(how(before))
    different = sorted(name for name, value in new.items() if value != old[name])
    if not different:
        return
    _add_version(act, scope, new, different)


def _add_version(act: Act, scope: TemplateScope, columns: Mapping[str, object], different: list[str]) -> None:
    centre_id = _centre_of(act.session, act.actor, scope)
    row = CertificateTemplate(
        centre_id=centre_id,
        programme_id=scope.programme_id,
        version=templates.newest_version(centre_id, scope.programme_id) + 1,
        made_at=act.now,
        **columns,
    )
    act.session.add(row)
    act.session.flush()
    act.record("certificate template changed", row, {"changed": different, "version": row.version})


def _before(centre_id: int, scope: TemplateScope, now: dt.datetime) -> StoredTemplate:
    own = templates.template_of(centre_id, scope.programme_id)
    if own is not None:
        return own
    centres = templates.template_of(centre_id) if scope.programme_id is not None else None
    if centres is not None:
        return replace(centres, version=0)
    return StoredTemplate(0, 0, TemplateDraft(), {}, {}, now)


def _centre_of(session: Session, actor: Actor, scope: TemplateScope) -> int:
    centre_id = actor.centre_id
    if scope.programme_id is not None:
        centre_id = session.scalar(select(Programme.centre_id).where(Programme.id == scope.programme_id))
    policy.require(actor, "update", "certificate_template", centre=centre_id)
    if centre_id is None:
        raise NotFound("programme")
    return centre_id
