"""How certificates look: the version of a template that is in force, and what papers were issued with."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict

from sqlalchemy import ColumnElement, Select, func, select

from scheduler.certificates.models import CertificatePicture, CertificateTemplate
from scheduler.certificates.terms import (
    SIGNING,
    CertificateKind,
    PaperFace,
    PaperPicture,
    PicturePlace,
    SignatoryDraft,
    StoredTemplate,
    TemplateDraft,
    Wording,
)
from scheduler.core.db import db
from scheduler.places.models import Host
from scheduler.programmes.models import Programme


def latest(centre_id: int, programme_id: int | None) -> Select[CertificateTemplate]:
    """The newest version of a centre's template, or of one of its programmes'."""
    return (
        select(CertificateTemplate)
        .where(
            CertificateTemplate.centre_id == centre_id,
            CertificateTemplate.programme_id.is_(None)
            if programme_id is None
            else CertificateTemplate.programme_id == programme_id,
        )
        .order_by(CertificateTemplate.version.desc())
        .limit(1)
    )


def template_of(centre_id: int, programme_id: int | None = None) -> StoredTemplate | None:
    """The template itself; None where nobody has made one, or a programme went back to its centre's."""
    row = db.session.scalar(latest(centre_id, programme_id))
    return template_in(row) if row is not None and not row.follows_centre else None


def newest_version(centre_id: int, programme_id: int | None) -> int:
    """The number of the newest version, whatever it says; 0 for none."""
    return db.session.scalar(latest(centre_id, programme_id).with_only_columns(CertificateTemplate.version)) or 0


def templates_in_force(centre_ids: Collection[int]) -> dict[tuple[int, int | None], StoredTemplate]:
    """The newest version of every template of these centres, by centre and programme: one question."""
    rows = db.session.scalars(select(CertificateTemplate).where(*_in_force(centre_ids)))
    return {(row.centre_id, row.programme_id): template_in(row) for row in rows.all()}


def _in_force(centre_ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    newest = (
        select(func.max(CertificateTemplate.id))
        .where(CertificateTemplate.centre_id.in_(centre_ids))
        .group_by(CertificateTemplate.centre_id, CertificateTemplate.programme_id)
    )
    return CertificateTemplate.id.in_(newest), ~CertificateTemplate.follows_centre


def template_in(row: CertificateTemplate) -> StoredTemplate:
    """A version as the rest of the room knows it."""
    ids = dict(zip(PicturePlace, (row.logo_id, row.first_id, row.second_id, row.third_id), strict=True))
    signatories = tuple(SignatoryDraft(**who) for who in json.loads(row.signatories))
    return StoredTemplate(
        id=row.id,
        version=row.version,
        draft=TemplateDraft(row.shape, row.colour, row.accent, row.file_number, signatories),
        wordings={
            CertificateKind(kind): {language: Wording(**said) for language, said in by_language.items()}
            for kind, by_language in json.loads(row.wordings).items()
        },
        pictures={place: one for place, one in ids.items() if one is not None},
        since=row.made_at,
    )


def as_columns(template: StoredTemplate) -> dict[str, object]:
    """What a row holds of a template, but what tells one version from another."""
    draft = template.draft
    return {
        "shape": draft.shape,
        "colour": draft.colour,
        "accent": draft.accent,
        "file_number": draft.file_number,
        "signatories": _json([asdict(who) for who in draft.signatories]),
        "wordings": _json({kind: _by_language(said) for kind, said in template.wordings.items()}),
        **{f"{place}_id": template.pictures.get(place) for place in PicturePlace},
    }


def _by_language(wording: Mapping[str, Wording]) -> dict[str, dict[str, str]]:
    return {language: asdict(said) for language, said in wording.items() if said != Wording()}


def _json(thing: object) -> str:
    return json.dumps(thing, ensure_ascii=False, sort_keys=True)


def faces_of(template_ids: Collection[int]) -> dict[int, PaperFace]:
    """How papers look that were issued with these versions."""
    wanted = {one for one in template_ids if one}
    if not wanted:
        return {}
    rows = db.session.scalars(select(CertificateTemplate).where(CertificateTemplate.id.in_(wanted))).all()
    templates = [template_in(row) for row in rows]
    pictures = pictures_of({one for template in templates for one in template.pictures.values()})
    return {template.id: face_of(template, pictures) for template in templates}


def face_of(template: StoredTemplate, pictures: Mapping[int, PaperPicture]) -> PaperFace:
    """How papers of a template look. A picture of a signature stands over its name, wherever the row left a gap."""
    draft = template.draft
    shown: dict[PicturePlace, PaperPicture] = {}
    if PicturePlace.LOGO in template.pictures:
        shown[PicturePlace.LOGO] = pictures[template.pictures[PicturePlace.LOGO]]
    named = [place for place, who in zip(SIGNING, draft.signatories, strict=False) if who.name]
    for at, place in zip(SIGNING, named, strict=False):
        if place in template.pictures:
            shown[at] = pictures[template.pictures[place]]
    return PaperFace(draft.shape, draft.colour, draft.accent, shown)


def pictures_of(ids: Collection[int]) -> dict[int, PaperPicture]:
    """Pictures by their ids, with their bytes."""
    rows = db.session.execute(
        select(
            CertificatePicture.id, CertificatePicture.content, CertificatePicture.width, CertificatePicture.height
        ).where(CertificatePicture.id.in_(ids))
    )
    return {row.id: PaperPicture(row.content, row.width, row.height) for row in rows}


def longest_names(centre_id: int) -> tuple[Host | None, Programme | None]:
    """The school and the programme of the centre with the longest names: what fits them fits all."""
    host = db.session.scalar(select(Host).order_by(func.length(Host.name_sr_cyrl).desc(), Host.id).limit(1))
    programme = db.session.scalar(
        select(Programme)
        .where(Programme.centre_id == centre_id)
        .order_by(func.length(Programme.name_sr_cyrl).desc(), Programme.id)
        .limit(1)
    )
    return host, programme


def versions_of(centre_id: int, programme_id: int | None) -> list[int]:
    """The ids of all versions of a template, for its history."""
    wanted = latest(centre_id, programme_id).with_only_columns(CertificateTemplate.id).limit(None)
    return list(db.session.scalars(wanted))


def with_own_template(centre_id: int) -> set[int]:
    """Programmes of the centre whose papers have a template of their own."""
    wanted = select(CertificateTemplate.programme_id).where(*_in_force([centre_id]))
    return {one for one in db.session.scalars(wanted) if one is not None}
