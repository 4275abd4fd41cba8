"""Centres, what they offer, who works there, schools, presenters with their proofs."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.core.clock import local_day, moment_of
from scheduler.core.text import to_latin
from scheduler.core.tokens import token_hash
from scheduler.feeds.models import FeedToken
from scheduler.people.models import (
    AvailableHours,
    Centre,
    Presenter,
    PresenterLanguage,
    PresenterSkill,
    User,
    UserRole,
)
from scheduler.people.terms import PresenterKind, TeachingLanguage, Topic
from scheduler.places.models import Host, Municipality
from scheduler.places.terms.hosts import HostKind
from scheduler.policy import Role
from scheduler.programmes.models import Campaign, CampaignCity, CampaignTarget, Programme, ProgrammeAudience
from scheduler.programmes.terms import Audience, Booking, ProgrammeKind
from scheduler.safeguarding.models import Guardian, GuardianConsent, Vetting
from scheduler.safeguarding.terms import CONSENT_TEXT, ConsentMethod, VettingResult
from tools.bench.days import BIRTHS, Calendar, births
from tools.bench.sizes import (
    ADMINISTRATOR,
    CAMPAIGN,
    FAMILY,
    FEED_TOKEN,
    GIVEN,
    OTHER_COORDINATOR,
    SAFEGUARDING,
    STAFF,
    Size,
    add,
    person,
)

ROLES = {ADMINISTRATOR: Role.ADMINISTRATOR, SAFEGUARDING: Role.SAFEGUARDING}  # everybody else coordinates
PROGRAMMES = (  # centre, slug, audience, how it is booked
    (1, "bench-safe-internet", Audience.PUPILS, Booking.NOW),
    (1, "bench-privacy", Audience.PUPILS, Booking.ASK),
    (1, "bench-parents", Audience.PARENTS, Booking.ASK),
    (1, "bench-teachers", Audience.TEACHERS, Booking.ASK),
    (2, "bench-respect", Audience.PUPILS, Booking.ASK),
)
CAMPAIGN_CITIES = 12


def plant_centres(session: Session, calendar: Calendar, password_hash: str) -> None:
    """Two centres, five programmes, one campaign over all the years, ten of the staff with one password."""
    for ident, name in ((1, "Центар за безбедан интернет"), (2, "Други центар")):
        session.add(
            Centre(
                id=ident,
                slug=f"bench-{ident}",
                name_sr_cyrl=name,
                name_sr_latn=to_latin(name),
                name_en=f"Safer Internet Centre {ident}",
                place_sr_cyrl="Београд",
                place_sr_latn="Beograd",
                email=f"office-{ident}@bench.example",
                signatory="Драгана Лазић",
                created_at=calendar.now,
            )
        )
    session.flush()
    for ident, (centre, slug, audience, booking) in enumerate(PROGRAMMES, 1):
        programme = Programme(
            id=ident,
            centre_id=centre,
            slug=slug,
            kind=ProgrammeKind.TALK,
            topic=Topic.SAFE_INTERNET,
            name_sr_cyrl=f"Безбедно на интернету, {ident}. разговор",
            name_en=f"Safe on the internet, talk {ident}",
            summary_sr_cyrl="Лозинке, лажни профили и коме се обраћамо кад нешто крене наопако.",
            summary_en="Passwords, false profiles, and whom to tell when something goes wrong.",
            minutes=45,
            group_size=120,
            booking=booking,
        )
        programme.audiences = [ProgrammeAudience(audience=audience)]
        session.add(programme)
    for ident in range(1, STAFF + 1):
        user = User(
            id=ident,
            centre_id=2 if ident == OTHER_COORDINATOR else 1,
            given_name=GIVEN[ident],
            family_name=FAMILY[ident % len(FAMILY)],
            email=f"staff-{ident}@bench.example",
            password_hash=password_hash,
            created_at=calendar.now,
        )
        user.roles = [UserRole(role=ROLES.get(ident, Role.COORDINATOR))]
        session.add(user)
    session.flush()
    names = {"name_sr_cyrl": "Покажи поштовање", "name_en": "Show respect"}
    span = {"first_day": calendar.days[0].day, "last_day": calendar.days[-1].day}
    session.add(Campaign(id=1, centre_id=1, programme_id=1, slug=CAMPAIGN, **names, **span))
    session.flush()
    session.add(CampaignTarget(campaign_id=1, audience=Audience.PUPILS, people=3_000))
    towns = session.scalars(select(Municipality.id).order_by(Municipality.id).limit(CAMPAIGN_CITIES))
    session.add_all([CampaignCity(campaign_id=1, municipality_id=town, target_pupils=400) for town in towns])
    session.flush()


def plant_hosts(session: Session, size: Size, now: dt.datetime) -> None:
    """Two primary schools to each secondary one, spread over all municipalities."""
    towns = session.scalars(select(Municipality).order_by(Municipality.id)).all()

    def host(number: int) -> dict[str, Any]:
        town, secondary = towns[number % len(towns)], number % 3 == 0
        kind = "ss srednja skola" if secondary else "os osnovna skola"
        return {
            "id": number,
            "register_id": f"bench-{number}",
            "kind": HostKind.SECONDARY if secondary else HostKind.PRIMARY,
            "name_sr_cyrl": f"Вук Караџић {number}",
            "name_sr_latn": f"Vuk Karadžić {number}",
            "address_sr_cyrl": f"Школска {number}",
            "address_sr_latn": f"Školska {number}",
            "postcode": town.postcode,
            "place_sr_cyrl": town.name_sr_cyrl,
            "place_sr_latn": town.name_sr_latn,
            "municipality_id": town.id,
            "teaches_primary": not secondary,
            "teaches_secondary": secondary,
            "lat": town.lat + number % 20 * 0.002,
            "lon": town.lon + number % 17 * 0.002,
            "search_key": f"{kind} vuk karadzic {number} {town.search_key}",
            "created_at": now,
        }

    add(session, Host, map(host, range(1, size.hosts + 1)))


def plant_presenters(session: Session, size: Size, calendar: Calendar, password_hash: str) -> None:
    """Educators first, then influencers, then the educator whose calendar is measured; accounts, hours, proofs."""
    everybody = range(1, size.people + 1 + size.feed)
    young = range(size.educators + 1, size.people + 1)
    born = births(local_day(calendar.now))
    towns = session.scalars(select(Municipality.id).order_by(Municipality.id).limit(150)).all()

    def centre(number: int) -> int:
        """Every tenth of each kind is of the second centre, as every tenth visit is."""
        return 2 if number <= size.people and (number - (1 if number in young else 0)) % 10 == 0 else 1

    def account(number: int) -> dict[str, Any]:
        given, family = person(number)
        email = f"presenter-{number}@bench.example"
        names = {"given_name": given, "family_name": family, "email": email, "password_hash": password_hash}
        return {"id": number + STAFF, "centre_id": centre(number), **names, "created_at": calendar.now}

    def presenter(number: int) -> dict[str, Any]:
        kind = PresenterKind.INFLUENCER if number in young else PresenterKind.EDUCATOR
        birth: Mapping[str, Any] = born[number % BIRTHS] if number in young else dict.fromkeys(born[0])
        of = {"id": number, "user_id": number + STAFF, "centre_id": centre(number), "kind": kind}
        return {**of, "home_id": towns[number % len(towns)], **birth}

    def role(number: int) -> dict[str, Any]:
        return {"user_id": number + STAFF, "role": Role.INFLUENCER if number in young else Role.EDUCATOR}

    add(session, User, map(account, everybody))
    add(session, UserRole, map(role, everybody))
    add(session, Presenter, map(presenter, everybody))
    add(session, PresenterSkill, ({"presenter_id": n, "topic": Topic.SAFE_INTERNET} for n in everybody))
    add(session, PresenterSkill, ({"presenter_id": n, "topic": Topic.PRIVACY} for n in everybody if n % 3 == 0))
    add(session, PresenterLanguage, ({"presenter_id": n, "language": TeachingLanguage.SERBIAN} for n in everybody))
    hours = {"from_local": dt.time(8), "until_local": dt.time(16)}
    add(session, AvailableHours, ({"presenter_id": n, "weekday": day, **hours} for n in everybody for day in range(5)))
    _plant_proofs(session, calendar, born, everybody, young)
    if size.feed:
        token = {"token_hash": token_hash(FEED_TOKEN), "presenter_id": size.people + 1, "language": "sr_Latn"}
        session.add(FeedToken(**token, name="phone", created_at=calendar.now))
        session.flush()


def _plant_proofs(
    session: Session, calendar: Calendar, born: Sequence[Mapping[str, dt.date]], everybody: range, young: range
) -> None:
    """Everybody is vetted for all visits; of minors, past and present, a guardian agreed."""

    def vetting(number: int) -> dict[str, Any]:
        before = calendar.days[0].day - dt.timedelta(days=30)
        return {
            "presenter_id": number,
            "result": VettingResult.CLEARED,
            "checked_on": born[number % BIRTHS]["may_present_from"] if number in young else before,
            "valid_until": calendar.days[-1].day + dt.timedelta(days=90),
            "recorded_at": calendar.now,
        }

    def named_at(number: int) -> dt.datetime:
        return moment_of(born[number % BIRTHS]["may_present_from"], dt.time(8))

    def guardian(number: int) -> dict[str, Any]:
        of = {"id": number, "presenter_id": number, "name": " ".join(person(number)), "asked_text": CONSENT_TEXT}
        email = f"guardian-{number}@family.example"
        return {**of, "email": email} | dict.fromkeys(("named_at", "in_force_at", "confirmed_at"), named_at(number))

    def consent(number: int) -> dict[str, Any]:
        birth = born[number % BIRTHS]
        return {
            "presenter_id": number,
            "guardian_id": number,
            "guardian_name": " ".join(person(number)),
            "guardian_email": f"guardian-{number}@family.example",
            "takes_part": True,
            "travels": True,
            "method": ConsentMethod.LINK,
            "text_version": CONSENT_TEXT,
            "given_on": birth["may_present_from"],
            "valid_until": birth["adult_on"] - dt.timedelta(days=1),
            "recorded_at": named_at(number) + dt.timedelta(hours=1),
        }

    add(session, Vetting, map(vetting, everybody))
    add(session, Guardian, map(guardian, young))
    add(session, GuardianConsent, map(consent, young))
