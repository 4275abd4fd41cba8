"""What programmes show: those that can be asked for, and one of them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, String, cast, null, select, union_all
from sqlalchemy.orm import joinedload

from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.text import fold
from scheduler.people.models import Centre, Presenter, PresenterLanguage, PresenterSkill
from scheduler.people.terms import TeachingLanguage, Topic
from scheduler.places.models import Municipality
from scheduler.programmes.models import (
    Campaign,
    CampaignCity,
    CampaignMember,
    CampaignTarget,
    Programme,
    ProgrammePhoto,
)
from scheduler.programmes.terms import (
    Audience,
    CampaignChoice,
    CampaignCityRow,
    CampaignDraft,
    CampaignRow,
    ProgrammeDraft,
    ProgrammeRow,
    Text,
)


def open_programmes(centre_id: int | None = None) -> list[ProgrammeRow]:
    """Programmes that a host can ask for now, of one centre or of all, by name."""
    wanted = _programmes().where(Programme.open.is_(True))
    if centre_id is not None:
        wanted = wanted.where(Programme.centre_id == centre_id)
    rows = map(programme_row, db.session().scalars(wanted).unique())
    return sorted(rows, key=lambda row: (fold(row.name_sr_cyrl), row.id))  # Ђ, Ј, Љ lie outside а–ш for a database


def programmes_of(centre_id: int) -> list[ProgrammeRow]:
    """Every programme of a centre, also retired ones: those that can be asked for first, by name."""
    found = db.session().scalars(_programmes().where(Programme.centre_id == centre_id)).unique()
    rows = [programme_row(row) for row in found]
    return sorted(rows, key=lambda row: (not row.open, fold(row.name_sr_cyrl), row.id))


def draft_of(centre_id: int, programme_id: int) -> ProgrammeDraft:
    """A programme of the centre as its form shows it. Raises: NotFound."""
    own = _programmes().where(Programme.id == programme_id, Programme.centre_id == centre_id)
    programme = db.session().scalars(own).unique().one_or_none()
    if programme is None:
        raise NotFound("programme")
    said = {name: getattr(programme, name) for name in ProgrammeDraft.__dataclass_fields__}
    return ProgrammeDraft(**said | {"audiences": tuple(row.audience for row in programme.audiences)})


def programme_page(slug: str) -> ProgrammeRow:
    """One programme by the name in its address, also a closed one. Raises: NotFound."""
    return _one(_programmes().where(Programme.slug == slug))


def has_photo(programme_id: int) -> bool:
    """Whether the page of a programme shows a photograph."""
    return db.session().scalar(select(ProgrammePhoto.id).where(ProgrammePhoto.programme_id == programme_id)) is not None


def photo_of(slug: str) -> bytes:
    """The photograph of a programme, for everybody. Raises: NotFound."""
    wanted = select(ProgrammePhoto.picture).join(Programme, Programme.id == ProgrammePhoto.programme_id)
    picture = db.session().scalar(wanted.where(Programme.slug == slug))
    if picture is None:
        raise NotFound("photo")
    return picture


def programme_of(programme_id: int) -> ProgrammeRow:
    """One programme by its id. Raises: NotFound."""
    return _one(_programmes().where(Programme.id == programme_id))


def programme_of_campaign(campaign_id: int) -> int | None:
    """The id of the programme that a campaign is made of; None when there is no such campaign."""
    return db.session().scalar(select(Campaign.programme_id).where(Campaign.id == campaign_id))


def _programmes() -> Select[Programme]:
    loaded = (joinedload(Programme.centre), joinedload(Programme.audiences))
    return select(Programme).options(*loaded).order_by(Programme.id)


def _one(wanted: Select[Programme]) -> ProgrammeRow:
    found = db.session().scalars(wanted).unique().one_or_none()
    if found is None:
        raise NotFound("programme")
    return programme_row(found)


def programme_row(programme: Programme) -> ProgrammeRow:
    """A loaded programme (with its centre and audiences) as pages and rules see it."""
    return ProgrammeRow(
        id=programme.id,
        slug=programme.slug,
        centre_id=programme.centre_id,
        kind=programme.kind,
        topic=programme.topic,
        name_sr_cyrl=programme.name_sr_cyrl,
        name_en=programme.name_en,
        summary_sr_cyrl=programme.summary_sr_cyrl,
        summary_en=programme.summary_en,
        centre_sr_cyrl=programme.centre.name_sr_cyrl,
        centre_sr_latn=programme.centre.name_sr_latn,
        centre_en=programme.centre.name_en,
        audiences=frozenset(row.audience for row in programme.audiences),
        minutes=programme.minutes,
        set_up_minutes=programme.set_up_minutes,
        group_size=programme.group_size,
        educators=programme.educators,
        influencers=programme.influencers,
        notice_days=programme.notice_days,
        open=programme.open,
        booking=programme.booking,
        about=Text(programme.about_sr_cyrl, programme.about_en),
        for_whom=Text(programme.for_whom_sr_cyrl, programme.for_whom_en),
        needs=Text(programme.needs_sr_cyrl, programme.needs_en),
        who_comes=Text(programme.who_comes_sr_cyrl, programme.who_comes_en),
        questions=Text(programme.questions_sr_cyrl, programme.questions_en),
        level=programme.level,
        centre_phone=programme.centre.phone,
    )


def languages_taught(centre_id: int, topic: Topic) -> list[TeachingLanguage]:
    """Languages in which somebody of the centre speaks about the topic, in the order of the form."""
    spoken = (
        select(PresenterLanguage.language)
        .join(Presenter, Presenter.id == PresenterLanguage.presenter_id)
        .join(PresenterSkill, PresenterSkill.presenter_id == Presenter.id)
        .where(Presenter.centre_id == centre_id, Presenter.suspended_at.is_(None), PresenterSkill.topic == topic)
        .distinct()
    )
    known = set(db.session().scalars(spoken))
    return [language for language in TeachingLanguage if language in known]


def campaigns() -> list[CampaignRow]:
    """All campaigns, the one that ends last first."""
    return _campaigns(select(Campaign).order_by(Campaign.last_day.desc(), Campaign.id.desc()))


def current_campaigns(today: dt.date, *, limit: int = 2) -> list[CampaignRow]:
    """Those that run on a day or are still to come, the one that begins first in front."""
    wanted = select(Campaign).where(Campaign.last_day >= today)
    return _campaigns(wanted.order_by(Campaign.first_day, Campaign.id).limit(limit))


def campaign_page(slug: str) -> CampaignRow:
    """One campaign by the name in its address. Raises: NotFound."""
    for row in _campaigns(select(Campaign).where(Campaign.slug == slug)):
        return row
    raise NotFound("campaign")


def campaigns_of(centre_id: int) -> list[CampaignRow]:
    """The campaigns of a centre, the one that ends last first."""
    own = select(Campaign).where(Campaign.centre_id == centre_id)
    return _campaigns(own.order_by(Campaign.last_day.desc(), Campaign.id.desc()))


def campaign_draft(centre_id: int, slug: str) -> CampaignDraft:
    """A campaign of the centre as its form shows it. Raises: NotFound."""
    session = db.session()
    own = select(Campaign).where(Campaign.slug == slug, Campaign.centre_id == centre_id)
    if (row := session.scalar(own)) is None:
        raise NotFound("campaign")
    beside = {
        "cities": select(CampaignCity.municipality_id, CampaignCity.target_pupils)
        .where(CampaignCity.campaign_id == row.id)
        .order_by(CampaignCity.id),
        "targets": select(CampaignTarget.audience, CampaignTarget.people).where(CampaignTarget.campaign_id == row.id),
    }
    crew = select(CampaignMember.presenter_id).where(CampaignMember.campaign_id == row.id)
    parts: dict[str, Any] = {name: tuple(map(tuple, session.execute(wanted))) for name, wanted in beside.items()}
    parts["crew"] = tuple(session.scalars(crew.order_by(CampaignMember.presenter_id)))
    said = {name: getattr(row, name) for name in CampaignDraft.__dataclass_fields__ if name not in parts}
    return CampaignDraft(**said, **parts)


def campaigns_for(programme_id: int) -> list[CampaignChoice]:
    """The campaigns that a visit of this programme may be booked into, the one that ends last first."""
    wanted = select(Campaign).where(Campaign.programme_id == programme_id)
    rows = db.session().scalars(wanted.order_by(Campaign.last_day.desc(), Campaign.id.desc()))
    return [CampaignChoice(one.id, Text(one.name_sr_cyrl, one.name_en), one.first_day, one.last_day) for one in rows]


def campaign_crew(campaign_id: int) -> frozenset[int]:
    """The presenters who are meant to go for a campaign: preferred where its visits look for somebody."""
    wanted = select(CampaignMember.presenter_id).where(CampaignMember.campaign_id == campaign_id)
    return frozenset(db.session().scalars(wanted))


def fits_campaign(campaign_id: int, programme_id: int, on_day: dt.date) -> bool:
    """Whether a visit of this programme on this day is one of the campaign's: a campaign is a programme and a time."""
    ours = (Campaign.id == campaign_id, Campaign.programme_id == programme_id)
    days = (Campaign.first_day <= on_day, Campaign.last_day >= on_day)
    return db.session().scalar(select(Campaign.id).where(*ours, *days)) is not None


def _campaigns(wanted: Select[Campaign]) -> list[CampaignRow]:
    """Two questions, however many campaigns there are: they, and their cities and targets."""
    session = db.session()
    found = session.scalars(wanted.options(joinedload(Campaign.centre), joinedload(Campaign.programme))).all()
    ids = [one.id for one in found]
    cities: dict[int, list[CampaignCityRow]] = {ident: [] for ident in ids}
    meant: dict[int, dict[Audience, int]] = {ident: {} for ident in ids}
    for row in session.execute(_means_of(ids)):
        if row.audience is None:
            town = CampaignCityRow(row.city_sr_cyrl, row.city_sr_latn, row.lat, row.lon, row.people)
            cities[row.campaign_id].append(town)
        else:
            meant[row.campaign_id][Audience(row.audience)] = row.people
    return [
        _campaign_row(
            one,
            one.centre,
            sorted(cities[one.id], key=lambda city: alphabet_key(city.city_sr_cyrl)),
            meant[one.id],
        )
        for one in found
    ]


def _means_of(ids: Sequence[int]) -> Any:
    """Cities (without an audience) and targets (without a city) of campaigns."""
    towns = (
        select(
            CampaignCity.campaign_id,
            null().label("audience"),
            Municipality.city_sr_cyrl,
            Municipality.city_sr_latn,
            Municipality.lat,
            Municipality.lon,
            CampaignCity.target_pupils.label("people"),
        )
        .join(Municipality, Municipality.id == CampaignCity.municipality_id)
        .where(CampaignCity.campaign_id.in_(ids))
    )
    audience = cast(CampaignTarget.audience, String)
    nothing = (null(), null(), null(), null())
    targets = select(CampaignTarget.campaign_id, audience, *nothing, CampaignTarget.people)
    return union_all(towns, targets.where(CampaignTarget.campaign_id.in_(ids)))


def _campaign_row(
    one: Campaign, centre: Centre, cities: list[CampaignCityRow], targets: dict[Audience, int]
) -> CampaignRow:
    return CampaignRow(
        id=one.id,
        slug=one.slug,
        centre_id=one.centre_id,
        name=Text(one.name_sr_cyrl, one.name_en),
        summary=Text(one.summary_sr_cyrl, one.summary_en),
        centre_sr_cyrl=centre.name_sr_cyrl,
        centre_sr_latn=centre.name_sr_latn,
        centre_en=centre.name_en,
        programme_slug=one.programme.slug,
        programme_name=Text(one.programme.name_sr_cyrl, one.programme.name_en),
        programme_open=one.programme.open,
        educators=one.programme.educators,
        influencers=one.programme.influencers,
        first_day=one.first_day,
        last_day=one.last_day,
        cities=tuple(cities),
        targets=targets,
        about=Text(one.about_sr_cyrl, one.about_en),
        posts_at=one.posts_at,
    )
