"""What staff do with programmes and campaigns: describe one, change it; retire a programme, offer it again."""

import datetime as dt
import logging
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, selectinload

from scheduler import policy
from scheduler.core import audit, clock
from scheduler.core.db import db, transaction
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.core.scans import BadScan, read_wide
from scheduler.core.text import to_latin
from scheduler.people.models import Presenter
from scheduler.places.models import Municipality
from scheduler.policy import Actor
from scheduler.programmes import rules
from scheduler.programmes.models import (
    Campaign,
    CampaignCity,
    CampaignMember,
    CampaignTarget,
    Programme,
    ProgrammeAudience,
    ProgrammePhoto,
)
from scheduler.programmes.terms import Audience, CampaignDraft, ProgrammeDraft, ProgrammeReason

log = logging.getLogger(__name__)
PARTS_BESIDE = ("audiences", "programme_id", "cities", "targets", "crew")  # said in a draft, stored in other rows
PAGES_OF_CAMPAIGNS = ("new", "own")  # addresses that no campaign has


def create_programme(actor: Actor, draft: ProgrammeDraft, *, now: dt.datetime) -> int:
    """Describe a programme that schools can ask for from now on; its id.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    policy.require(actor, "create", "programme", centre=actor.centre_id)
    if actor.centre_id is None:
        raise NotFound("centre")
    if problems := rules.problems_with(draft):
        raise Rejected(problems)
    with transaction() as session:
        slug = rules.slug_of(draft.name_en or draft.name_sr_cyrl, session.scalars(select(Programme.slug)))
        programme = Programme(centre_id=actor.centre_id, slug=slug, open=True, **_values(draft))
        programme.audiences = [ProgrammeAudience(audience=one) for one in draft.audiences]
        session.add(programme)
        session.flush()
        audit.record(actor, "programme described", programme, at=now)
        programme_id = programme.id
    log.info("programme described", extra={"programme_id": programme_id})
    return programme_id


def change_programme(actor: Actor, programme_id: int, draft: ProgrammeDraft, *, now: dt.datetime) -> None:
    """Change its words and limits; its address stays, and what was agreed with schools stays as it was agreed.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    with transaction() as session:
        programme = _own(session, actor, programme_id)
        if problems := rules.problems_with(draft):
            raise Rejected(problems)
        different = audit.write_changes(programme, _values(draft)) | _change_audiences(programme, draft.audiences)
        if different:
            audit.record(actor, "programme changed", programme, at=now, details={"changes": different})


def retire_programme(actor: Actor, programme_id: int, *, now: dt.datetime) -> None:
    """Nobody can ask for it any more; requests and visits that exist go on. Raises: NotAllowed, NotFound."""
    _offer(actor, programme_id, now, offered=False)


def reopen_programme(actor: Actor, programme_id: int, *, now: dt.datetime) -> None:
    """Let schools ask for it again. Raises: NotAllowed, NotFound."""
    _offer(actor, programme_id, now, offered=True)


def give_photo(actor: Actor, programme_id: int, content: bytes, *, agreed: bool, now: dt.datetime) -> None:
    """Keep what a programme looks like, drawn anew, in place of the one before; it is read outside of any lock.

    `agreed`: no child can be recognised in it. Raises: NotAllowed; NotFound; Rejected({"photo": reason}) or
    ({"agreed": "child_recognised"}).
    """
    _own(db.session(), actor, programme_id)
    if not agreed:
        raise Rejected({"agreed": ProgrammeReason.CHILD_RECOGNISED})
    try:
        picture = read_wide(content)
    except BadScan as bad:
        raise Rejected({"photo": bad.reason}) from bad
    with transaction() as session:
        programme = _own(session, actor, programme_id)
        session.execute(delete(ProgrammePhoto).where(ProgrammePhoto.programme_id == programme.id))
        session.add(ProgrammePhoto(programme_id=programme.id, picture=picture, agreed_on=clock.local_day(now)))
        audit.record(actor, "photo given", programme, at=now)
    log.info("programme photo given", extra={"programme_id": programme_id, "size": len(picture)})


def take_photo_away(actor: Actor, programme_id: int, *, now: dt.datetime) -> None:
    """Nobody sees it from now on. Raises: NotAllowed; NotFound."""
    with transaction() as session:
        programme = _own(session, actor, programme_id)
        photo = session.scalar(select(ProgrammePhoto).where(ProgrammePhoto.programme_id == programme.id))
        if photo is not None:
            session.delete(photo)
            audit.record(actor, "photo taken away", programme, at=now)


def _offer(actor: Actor, programme_id: int, now: dt.datetime, *, offered: bool) -> None:
    with transaction() as session:
        programme = _own(session, actor, programme_id)
        if programme.open is not offered:
            programme.open = offered
            audit.record(actor, "programme offered" if offered else "programme retired", programme, at=now)


def _own(session: Session, actor: Actor, programme_id: int) -> Programme:
    wanted = select(Programme).where(Programme.id == programme_id).options(selectinload(Programme.audiences))
    programme = session.scalar(wanted)
    policy.require(actor, "update", "programme", centre=programme.centre_id if programme else None)
    if programme is None:
        raise NotFound("programme")
    return programme


def _values(draft: ProgrammeDraft | CampaignDraft) -> dict[str, object]:
    said = {name: value for name, value in draft.__dict__.items() if name not in PARTS_BESIDE}
    for name in list(said):
        if name.endswith("_en") and not said[name]:
            said[name] = to_latin(str(said[name.removesuffix("_en") + "_sr_cyrl"]))
    return said


def _change_audiences(programme: Programme, wanted: tuple[Audience, ...]) -> dict[str, list[Any]]:
    held = {row.audience for row in programme.audiences}
    if held == set(wanted):
        return {}
    programme.audiences = [row for row in programme.audiences if row.audience in wanted]
    programme.audiences += [ProgrammeAudience(audience=one) for one in wanted if one not in held]
    return {"audiences": [sorted(held), sorted(wanted)]}


def make_campaign(actor: Actor, draft: CampaignDraft, *, now: dt.datetime) -> str:
    """Make a campaign, with its own public page from now on; its name in addresses.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    policy.require(actor, "create", "campaign", centre=actor.centre_id)
    if actor.centre_id is None:
        raise NotFound("centre")
    with transaction() as session:
        _refuse_campaign(session, actor.centre_id, draft)
        taken = [*session.scalars(select(Campaign.slug)), *PAGES_OF_CAMPAIGNS]
        campaign = Campaign(
            centre_id=actor.centre_id,
            slug=rules.slug_of(draft.name_en or draft.name_sr_cyrl, taken),
            programme_id=draft.programme_id,
            **_values(draft),
        )
        session.add(campaign)
        session.flush()
        _write_parts(session, campaign, draft)
        audit.record(actor, "campaign made", campaign, at=now)
        return campaign.slug


def change_campaign(actor: Actor, slug: str, draft: CampaignDraft, *, now: dt.datetime) -> None:
    """Change a campaign; its address stays, and so does its programme. Raises: as `make_campaign`."""
    with transaction() as session:
        campaign = session.scalar(select(Campaign).where(Campaign.slug == slug).with_for_update())
        policy.require(actor, "update", "campaign", centre=campaign.centre_id if campaign else None)
        if campaign is None:
            raise NotFound("campaign")
        _refuse_campaign(session, campaign.centre_id, replace(draft, programme_id=campaign.programme_id))
        different = audit.write_changes(campaign, _values(draft)) | _write_parts(session, campaign, draft)
        if different:
            audit.record(actor, "campaign changed", campaign, at=now, details={"changes": different})


def _refuse_campaign(session: Session, centre_id: int, draft: CampaignDraft) -> None:
    problems = rules.problems_with_campaign(draft)
    if session.scalar(select(Programme.centre_id).where(Programme.id == draft.programme_id)) != centre_id:
        problems["programme"] = GroundReason.UNKNOWN
    towns, own = {town for town, _pupils in draft.cities}, Presenter.centre_id == centre_id
    if session.scalar(select(func.count(Municipality.id)).where(Municipality.id.in_(towns))) != len(towns):
        problems.setdefault("city", GroundReason.UNKNOWN)
    crew = select(func.count(Presenter.id)).where(Presenter.id.in_(draft.crew), own)
    if session.scalar(crew) != len(set(draft.crew)):
        problems["crew"] = GroundReason.UNKNOWN
    if problems:
        raise Rejected(problems)


def _write_parts(session: Session, campaign: Campaign, draft: CampaignDraft) -> dict[str, list[Any]]:
    """The rows beside a campaign: cities, targets and crew; what was different, {part: [old, new]}."""
    parts: tuple[tuple[str, Any, str, str | None, dict[Any, int]], ...] = (
        ("cities", CampaignCity, "municipality_id", "target_pupils", dict(draft.cities)),
        ("targets", CampaignTarget, "audience", "people", rules.targets_of(draft)),
        ("crew", CampaignMember, "presenter_id", None, dict.fromkeys(draft.crew, 0)),
    )
    different: dict[str, list[Any]] = {}
    for part, kind, key, value, wanted in parts:
        rows = session.scalars(select(kind).where(kind.campaign_id == campaign.id)).all()
        held = {getattr(row, key): getattr(row, value) if value else 0 for row in rows}
        if held == wanted:
            continue
        for row in rows:
            if wanted.get(getattr(row, key)) != held[getattr(row, key)]:
                session.delete(row)
        session.flush()
        for one, number in wanted.items():
            if held.get(one) != number:
                session.add(kind(campaign_id=campaign.id, **{key: one}, **({value: number} if value else {})))
        session.flush()
        told = [_named(session, part, old_or_new) for old_or_new in (held, wanted)]
        different[part] = told
    return different


def _named(session: Session, part: str, rows: dict[Any, int]) -> list[str] | int:
    """What an audit says of a part of a campaign: cities by name; of the crew, how many they are."""
    if part == "crew":
        return len(rows)
    if part == "targets":
        return [f"{audience.value} {people}" for audience, people in sorted(rows.items())]
    towns = select(Municipality.id, Municipality.name_sr_latn).where(Municipality.id.in_(rows))
    names = {row.id: row.name_sr_latn for row in session.execute(towns)}
    return sorted(f"{names[town]} {pupils}" for town, pupils in rows.items())
