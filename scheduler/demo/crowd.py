"""The people of the demo, all invented: staff, educators, influencers, their hours, vetting and consents."""

import datetime as dt
from dataclasses import dataclass

from argon2 import PasswordHasher
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from scheduler.core.clock import local_day
from scheduler.data import files
from scheduler.demo.plans import Guide
from scheduler.demo.rows import added, note
from scheduler.people import rules
from scheduler.people.models import (
    AvailabilityException,
    AvailableHours,
    Presenter,
    PresenterLanguage,
    PresenterSkill,
    User,
    UserRole,
)
from scheduler.people.terms import PresenterKind, TeachingLanguage, Topic
from scheduler.places.models import Municipality
from scheduler.places.terms.hosts import Point
from scheduler.policy import Role
from scheduler.safeguarding.models import Guardian, GuardianConsent, Vetting
from scheduler.safeguarding.terms import CONSENT_TEXT, ConsentMethod, VettingResult

SINCE = dt.date(2022, 9, 1)  # vetted and consented before the published year
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True)
class Person:
    """One line of demo_people.csv."""

    row: dict[str, str]

    @property
    def email(self) -> str:
        return self.row["email"]

    @property
    def role(self) -> Role:
        return Role(self.row["role"])

    @property
    def presents(self) -> bool:
        return bool(self.row["home"])

    def birth_date(self, today: dt.date) -> dt.date | None:
        """Fixed, or so many years and a quarter before today: minors stay minors whenever the demo is loaded."""
        if self.row["born"]:
            return dt.date.fromisoformat(self.row["born"])
        return today - dt.timedelta(days=round((int(self.row["age"]) + 0.25) * 365.25)) if self.row["age"] else None


def people() -> list[Person]:
    """Everybody, in the order of the file."""
    return [Person(row) for row in files.rows_of("demo_people.csv")]


def who_signs_in() -> list[Person]:
    """One for each role, and a minor, and of the second centre a coordinator and an educator."""
    return [person for person in people() if person.row["sign_in"] == "yes"]


def write_people(
    session: Session, centres: dict[str, int], hashes: dict[str, str], now: dt.datetime
) -> tuple[dict[str, int], dict[str, int]]:
    """Users with roles, presenters with all that belongs to them; {address: user id}, {address: presenter id}."""
    everybody = people()
    users = added(
        session,
        User,
        [
            {
                "centre_id": centres[person.row["centre"]],
                "given_name": person.row["given_name"],
                "family_name": person.row["family_name"],
                "email": person.email,
                "password_hash": hashes.get(person.email),
                "language": person.row["language"],
                "created_at": dt.datetime.combine(SINCE, dt.time(8), dt.UTC),
            }
            for person in everybody
        ],
    )
    user_ids = dict(zip((person.email for person in everybody), users, strict=True))
    roles = [{"user_id": user_ids[person.email], "role": person.role} for person in everybody]
    session.execute(insert(UserRole), roles)
    note(session, "user_account", users, "user invited", now)
    return user_ids, _write_presenters(session, centres, user_ids, now)


def _write_presenters(
    session: Session, centres: dict[str, int], user_ids: dict[str, int], now: dt.datetime
) -> dict[str, int]:
    today = local_day(now)
    homes = dict(session.execute(select(Municipality.name_sr_cyrl, Municipality.id)).all())
    presenting = [person for person in people() if person.presents]
    rows = []
    for person in presenting:
        born = person.birth_date(today)
        rows.append(
            {
                "user_id": user_ids[person.email],
                "centre_id": centres[person.row["centre"]],
                "kind": PresenterKind(person.row["role"]),
                "home_id": homes[person.row["home"]],
                "birth_date": born,
                "adult_on": rules.adult_on(born) if born else None,
                "may_present_from": rules.may_present_from(born) if born else None,
            }
        )
    ids = added(session, Presenter, rows)
    note(session, "presenter", ids, "presenter created", now)
    by_email = dict(zip((person.email for person in presenting), ids, strict=True))
    _write_skills(session, presenting, by_email)
    _write_hours(session, presenting, by_email, today)
    _write_safeguards(session, presenting, by_email, now)
    return by_email


def _write_skills(session: Session, presenting: list[Person], ids: dict[str, int]) -> None:
    session.execute(
        insert(PresenterSkill),
        [
            {"presenter_id": ids[person.email], "topic": Topic(topic)}
            for person in presenting
            for topic in person.row["topics"].split()
        ],
    )
    session.execute(
        insert(PresenterLanguage),
        [
            {"presenter_id": ids[person.email], "language": TeachingLanguage(language)}
            for person in presenting
            for language in person.row["languages"].split()
        ],
    )


def _write_hours(session: Session, presenting: list[Person], ids: dict[str, int], today: dt.date) -> None:
    session.execute(
        insert(AvailableHours),
        [
            {
                "presenter_id": ids[person.email],
                "weekday": int(weekday),
                "from_local": dt.time.fromisoformat(person.row["from"]),
                "until_local": dt.time.fromisoformat(person.row["until"]),
            }
            for person in presenting
            for weekday in person.row["weekdays"]
        ],
    )
    away = [person for person in presenting if person.role is Role.EDUCATOR][2::3]
    session.execute(
        insert(AvailabilityException),
        [
            {
                "presenter_id": ids[person.email],
                "first_day": today + dt.timedelta(days=75 + 7 * place),
                "last_day": today + dt.timedelta(days=81 + 7 * place),
                "available": False,
            }
            for place, person in enumerate(away)
        ],
    )


def _write_safeguards(session: Session, presenting: list[Person], ids: dict[str, int], now: dt.datetime) -> None:
    today = local_day(now)
    vettings = added(
        session,
        Vetting,
        [
            {
                "presenter_id": ids[person.email],
                "result": VettingResult.CLEARED,
                "checked_on": SINCE,
                "valid_until": today + dt.timedelta(days=int(person.row["vetted_days"])),
                "recorded_at": now,
            }
            for person in presenting
        ],
    )
    note(session, "vetting", vettings, "vetting recorded", now)
    young = [(person, born) for person in presenting if (born := person.birth_date(today))]
    young = [
        (person, born)
        for person, born in young
        if rules.adult_on(born) > max(SINCE, rules.may_present_from(born)) + dt.timedelta(days=1)
    ]
    guardians = _write_guardians(session, young, ids, now)
    consents = added(
        session,
        GuardianConsent,
        [
            {
                "presenter_id": ids[person.email],
                "guardian_id": guardian_id,
                "guardian_name": f"{person.row['family_name']} (пример)",
                "guardian_email": f"guardian.{person.email.partition('@')[0]}@family.example",
                "takes_part": True,
                "travels": True,
                "method": ConsentMethod.LINK,
                "text_version": CONSENT_TEXT,
                "given_on": max(SINCE, rules.may_present_from(born)),
                "valid_until": rules.adult_on(born) - dt.timedelta(days=1),
                "recorded_at": now,
            }
            for (person, born), guardian_id in zip(young, guardians, strict=True)
        ],
    )
    note(session, "guardian_consent", consents, "consent recorded", now)


def _write_guardians(
    session: Session, young: list[tuple[Person, dt.date]], ids: dict[str, int], now: dt.datetime
) -> list[int]:
    since = dt.datetime.combine(SINCE, dt.time(8), dt.UTC)
    guardians = added(
        session,
        Guardian,
        [
            {
                "presenter_id": ids[person.email],
                "name": f"{person.row['family_name']} (пример)",
                "email": f"guardian.{person.email.partition('@')[0]}@family.example",
                "named_at": since,
                "in_force_at": since,
                "confirmed_at": since,
                "asked_text": CONSENT_TEXT,
            }
            for person, _born in young
        ],
    )
    note(session, "guardian", guardians, "guardian named", since)
    note(session, "guardian", guardians, "guardian confirmed", since)
    return guardians


def guides(session: Session) -> list[Guide]:
    """All presenters of the demo, by address."""
    hours = dict[int, set[int]]()
    for presenter_id, weekday in session.execute(select(AvailableHours.presenter_id, AvailableHours.weekday)):
        hours.setdefault(presenter_id, set()).add(weekday)
    ours = [person.email for person in people() if person.presents]
    found = session.execute(
        select(User.email, Presenter, Municipality)
        .join(Presenter, Presenter.user_id == User.id)
        .join(Municipality, Municipality.id == Presenter.home_id)
        .where(User.email.in_(ours))
        .order_by(User.email)
    )
    return [
        Guide(
            email=email,
            centre=email.partition("@")[2].partition(".")[0],
            kind=presenter.kind,
            home=Point(home.lat, home.lon),
            weekdays=frozenset(hours.get(presenter.id, ())),
            adult_on=presenter.adult_on,
            may_present_from=presenter.may_present_from,
        )
        for email, presenter, home in found
    ]
