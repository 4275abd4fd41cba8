"""Centres, what they offer, who works there, schools, presenters with their proofs."""

import datetime as dt
from typing import Any

from sqlalchemy import case, null, select
from sqlalchemy.orm import Session

from scheduler.core.text import name_key, to_latin
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
from tools.bench.seed.days import BIRTHS, Calendar
from tools.bench.seed.scratch import BIRTH, NAME, NUMBER, TOWN, as_text, planted, written_in
from tools.bench.seed.sizes import FEED_EVENTS, Size

GIVEN = (
    "Ана", "Милица", "Јелена", "Марија", "Ивана", "Драгана", "Весна", "Тамара", "Сања", "Невена", "Марко", "Никола",
    "Стефан", "Лука", "Милош", "Петар", "Јован", "Ђорђе",
)  # fmt: skip
FAMILY = (
    "Петровић", "Јовановић", "Николић", "Марковић", "Ђорђевић", "Стојановић", "Илић", "Станковић", "Павловић",
    "Милошевић", "Живковић", "Томић", "Ђурић", "Крстић", "Лазић", "Поповић", "Тодоровић", "Ристић", "Савић", "Матић",
)  # fmt: skip
NAMES, CAMPAIGN_CITIES = 360, 12
STAFF = 10  # accounts of the staff, before those of presenters
COORDINATOR, ADMINISTRATOR, SAFEGUARDING = 1, 2, 3  # of the first centre, by the number of their account
OTHER_COORDINATOR = 4
OWNERS = (COORDINATOR, 5, 6, 7)  # coordinators of the first centre who own requests
ROLES = {ADMINISTRATOR: Role.ADMINISTRATOR, SAFEGUARDING: Role.SAFEGUARDING}  # everybody else coordinates
PROGRAMMES = (  # centre, slug, audience, how it is booked
    (1, "bench-safe-internet", Audience.PUPILS, Booking.NOW),
    (1, "bench-privacy", Audience.PUPILS, Booking.ASK),
    (1, "bench-parents", Audience.PARENTS, Booking.ASK),
    (1, "bench-teachers", Audience.TEACHERS, Booking.ASK),
    (2, "bench-respect", Audience.PUPILS, Booking.ASK),
)
CAMPAIGN = "bench-show-respect"


def names(secret: str) -> list[dict[str, Any]]:
    """Every given name with every family name; the key is the hash under which a certificate knows its holder."""
    rows = []
    for number in range(NAMES):
        given, family = GIVEN[number % len(GIVEN)], FAMILY[number // len(GIVEN) % len(FAMILY)]
        whole = f"{given} {family}"
        rows.append({"n": number, "given": given, "family": family, "whole": whole, "key": name_key(whole, secret)})
    return rows


def towns(session: Session) -> list[dict[str, Any]]:
    found = session.scalars(select(Municipality.id).order_by(Municipality.id))
    return [{"n": number, "town_id": ident} for number, ident in enumerate(found)]


def plant_centres(session: Session, calendar: Calendar, password_hash: str) -> None:
    """Two centres, five programmes, one campaign over all the years, ten of the staff with one password."""
    first, last = calendar.days[0], calendar.days[-1]
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
        session.add(_programme(ident, centre, slug, audience, booking))
    for ident in range(1, STAFF + 1):
        session.add(_staff(ident, password_hash, calendar.now))
    session.flush()
    session.add(
        Campaign(id=1, centre_id=1, programme_id=1, slug=CAMPAIGN, name_sr_cyrl="Покажи поштовање",
                 name_en="Show respect", first_day=first, last_day=last)
    )  # fmt: skip
    session.flush()
    session.add(CampaignTarget(campaign_id=1, audience=Audience.PUPILS, people=3_000))
    seats = session.scalars(select(TOWN.c.town_id).where(TOWN.c.n < CAMPAIGN_CITIES))
    session.add_all([CampaignCity(campaign_id=1, municipality_id=seat, target_pupils=400) for seat in seats])
    session.flush()


def _programme(ident: int, centre: int, slug: str, audience: Audience, booking: Booking) -> Programme:
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
    return programme


def _staff(ident: int, password_hash: str, now: dt.datetime) -> User:
    user = User(
        id=ident,
        centre_id=2 if ident == OTHER_COORDINATOR else 1,
        given_name=GIVEN[ident],
        family_name=FAMILY[ident],
        email=f"staff-{ident}@bench.example",
        password_hash=password_hash,
        created_at=now,
    )
    user.roles = [UserRole(role=ROLES.get(ident, Role.COORDINATOR))]
    return user


def plant_hosts(session: Session, size: Size, now: dt.datetime) -> None:
    """Two primary schools to each secondary one, spread over all municipalities."""
    towns_in_all = session.scalar(select(TOWN.c.n).order_by(TOWN.c.n.desc()).limit(1)) or 0
    source = NUMBER.join(TOWN, TOWN.c.n == NUMBER.c.i % (towns_in_all + 1)).join(
        Municipality, Municipality.id == TOWN.c.town_id
    )
    number = as_text(NUMBER.c.i)
    secondary = NUMBER.c.i % 3 == 0
    planted(
        session,
        Host,
        source,
        {
            "id": NUMBER.c.i,
            "register_id": "bench-" + number,
            "kind": case((secondary, HostKind.SECONDARY.value), else_=HostKind.PRIMARY.value),
            "name_sr_cyrl": "Вук Караџић " + number,
            "name_sr_latn": "Vuk Karadžić " + number,
            "address_sr_cyrl": "Школска " + number,
            "address_sr_latn": "Školska " + number,
            "postcode": Municipality.postcode,
            "place_sr_cyrl": Municipality.name_sr_cyrl,
            "place_sr_latn": Municipality.name_sr_latn,
            "municipality_id": Municipality.id,
            "teaches_primary": case((secondary, False), else_=True),
            "teaches_secondary": case((secondary, True), else_=False),
            "lat": Municipality.lat + (NUMBER.c.i % 20) * 0.002,
            "lon": Municipality.lon + (NUMBER.c.i % 17) * 0.002,
            "search_key": case((secondary, "ss srednja skola"), else_="os osnovna skola")
            + written_in(" vuk karadzic N ", {"N": number})
            + Municipality.search_key,
            "created_at": now,
        },
        NUMBER.c.i <= size.hosts,
    )


def plant_presenters(session: Session, size: Size, calendar: Calendar, password_hash: str) -> None:
    """Educators first, then influencers, then the educators whose calendars are measured; accounts, hours, proofs."""
    everybody = size.people + (len(FEED_EVENTS) if size.feeds else 0)
    number = NUMBER.c.i
    young = (number > size.educators) & (number <= size.people)
    here = number <= everybody
    named = NUMBER.join(NAME, NAME.c.n == number % NAMES)
    planted(
        session,
        User,
        named,
        {
            "id": number + STAFF,
            "centre_id": _centre_of(size),
            "given_name": NAME.c.given,
            "family_name": NAME.c.family,
            "email": "presenter-" + as_text(number) + "@bench.example",
            "password_hash": password_hash,
            "created_at": calendar.now,
        },
        here,
    )
    role = case((young, Role.INFLUENCER.value), else_=Role.EDUCATOR.value)
    planted(session, UserRole, NUMBER, {"user_id": number + STAFF, "role": role}, here)
    born = {name: case((young, BIRTH.c[name]), else_=null()) for name in ("birth_date", "adult_on", "may_present_from")}
    planted(
        session,
        Presenter,
        _with_birth().join(TOWN, TOWN.c.n == number % 150),
        {
            "id": number,
            "user_id": number + STAFF,
            "centre_id": _centre_of(size),
            "kind": case((young, PresenterKind.INFLUENCER.value), else_=PresenterKind.EDUCATOR.value),
            "home_id": TOWN.c.town_id,
            **born,
        },
        here,
    )
    _plant_skills(session, everybody)
    _plant_proofs(session, size, calendar, everybody)


def _centre_of(size: Size) -> Any:
    """Every tenth educator and every tenth influencer is of the second centre, as every tenth visit is."""
    number = NUMBER.c.i
    educator = (number <= size.educators) & (number % 10 == 0)
    influencer = (number > size.educators) & (number <= size.people) & ((number - size.educators - 1) % 10 == 0)
    return case((educator | influencer, 2), else_=1)


def _with_birth() -> Any:
    return NUMBER.join(BIRTH, BIRTH.c.n == NUMBER.c.i % BIRTHS)


def _plant_skills(session: Session, everybody: int) -> None:
    here, number = NUMBER.c.i <= everybody, NUMBER.c.i
    planted(session, PresenterSkill, NUMBER, {"presenter_id": number, "topic": Topic.SAFE_INTERNET}, here)
    planted(session, PresenterSkill, NUMBER, {"presenter_id": number, "topic": Topic.PRIVACY}, here, number % 3 == 0)
    spoken = {"presenter_id": number, "language": TeachingLanguage.SERBIAN}
    planted(session, PresenterLanguage, NUMBER, spoken, here)
    weekday = NUMBER.alias("weekday")
    hours = {"weekday": weekday.c.i - 1, "from_local": dt.time(8), "until_local": dt.time(16)}
    pairs = NUMBER.join(weekday, weekday.c.i <= 5)
    planted(session, AvailableHours, pairs, {"presenter_id": number, **hours}, here)


def _plant_proofs(session: Session, size: Size, calendar: Calendar, everybody: int) -> None:
    """Everybody is vetted for all her visits; of minors, past and present, a guardian agreed."""
    number, here = NUMBER.c.i, NUMBER.c.i <= everybody
    young = (number > size.educators) & (number <= size.people)
    before = calendar.days[0] - dt.timedelta(days=30)
    planted(
        session,
        Vetting,
        _with_birth(),
        {
            "presenter_id": number,
            "result": VettingResult.CLEARED,
            "checked_on": case((young, BIRTH.c.may_present_from), else_=before),
            "valid_until": calendar.days[-1] + dt.timedelta(days=90),
            "recorded_at": calendar.now,
        },
        here,
    )
    email = "guardian-" + as_text(number) + "@family.example"
    spoken_for = _with_birth().join(NAME, NAME.c.n == number % NAMES)
    planted(
        session,
        Guardian,
        spoken_for,
        {
            "id": number,
            "presenter_id": number,
            "name": NAME.c.whole,
            "email": email,
            "named_at": BIRTH.c.named_at,
            "in_force_at": BIRTH.c.named_at,
            "asked_text": CONSENT_TEXT,
        },
        young,
    )
    planted(
        session,
        GuardianConsent,
        spoken_for,
        {
            "presenter_id": number,
            "guardian_id": number,
            "guardian_name": NAME.c.whole,
            "guardian_email": email,
            "takes_part": True,
            "travels": True,
            "method": ConsentMethod.LINK,
            "text_version": CONSENT_TEXT,
            "given_on": BIRTH.c.may_present_from,
            "valid_until": BIRTH.c.consent_until,
            "recorded_at": BIRTH.c.agreed_at,
        },
        young,
    )
