"""Centres, users, presenters."""

import datetime as dt
from typing import Any

from sqlalchemy import select

from scheduler.core.db import transaction
from scheduler.keys.models import Passkey
from scheduler.people import rules
from scheduler.people.models import (
    AvailableHours,
    Centre,
    Presenter,
    PresenterLanguage,
    PresenterSkill,
    User,
    UserDistrict,
    UserRole,
)
from scheduler.people.terms import PresenterKind, TeachingLanguage, Topic
from scheduler.places.models import Host, Municipality
from scheduler.policy import Actor, Role
from tests.factories import MONDAY, a_number, stored
from tests.factories.places import make_municipality

OF_USER = ("given_name", "family_name", "other_given_name", "other_family_name", "email")


def make_centre(**given: Any) -> Centre:
    slug = f"centre-{a_number()}"
    fair = {
        "slug": slug, "name_sr_cyrl": "Национални контакт центар", "name_sr_latn": "Nacionalni kontakt centar",
        "name_en": "National Contact Centre", "created_at": MONDAY,
    }  # fmt: skip
    return stored(Centre(**(fair | given)))


def make_user(*roles: Role, **given: Any) -> User:
    """A user with a fresh address; coordinator unless roles are named. Give `centre_id` to put her in one."""
    with transaction():
        fair: dict[str, Any] = {
            "given_name": "Marija", "family_name": "Kostić", "email": f"user{a_number()}@centre.example",
            "password_hash": None, "created_at": MONDAY,
        }  # fmt: skip
        if "centre_id" not in given:
            fair["centre_id"] = make_centre().id
        user = User(**(fair | given))
        user.roles = [UserRole(role=role) for role in roles or (Role.COORDINATOR,)]
        return stored(user)


def limited_to(user_id: int, *hosts: Host) -> Actor:
    """The Actor of staff, from now on limited to the districts in which these hosts lie."""
    towns = Municipality.id.in_([host.municipality_id for host in hosts])
    with transaction() as session:
        user = session.get_one(User, user_id)
        of_hosts = session.scalars(select(Municipality.district_id).where(towns).distinct())
        user.districts = [UserDistrict(district_id=one) for one in of_hosts]
        session.flush()
        return user.actor()


def an_actor(*roles: Role, **given: Any) -> Actor:
    """The Actor of a fresh user; coordinator unless roles are named."""
    return make_user(*roles, **given).actor()


def make_presenter(kind: PresenterKind = PresenterKind.EDUCATOR, **given: Any) -> Presenter:
    """A presenter of every topic who teaches in Serbian. Vetting and consent are rows of their own (safeguarding).

    For a minor give `birth_date`; the days that follow from it are computed. `centre_id`, `home_id`, `given_name`,
    `family_name` as needed.
    """
    with transaction():
        names = {key: given.pop(key) for key in OF_USER if key in given}
        role = Role.EDUCATOR if kind is PresenterKind.EDUCATOR else Role.INFLUENCER
        centre_id = given.pop("centre_id", None) or make_centre().id
        user = make_user(role, centre_id=centre_id, **names)
        born: dt.date | None = given.pop("birth_date", None)
        if kind is PresenterKind.INFLUENCER and born is None:
            born = dt.date(2004, 5, 17)
        presenter = Presenter(
            user_id=user.id,
            centre_id=centre_id,
            kind=kind,
            home_id=given.pop("home_id", None) or make_municipality().id,
            birth_date=born,
            adult_on=rules.adult_on(born) if born else None,
            may_present_from=rules.may_present_from(born) if born else None,
            **given,
        )
        presenter.skills = [PresenterSkill(topic=topic) for topic in Topic]
        presenter.languages = [PresenterLanguage(language=TeachingLanguage.SERBIAN)]
        return stored(presenter)


def presenter_actor(presenter: Presenter) -> Actor:
    """The Actor that a presenter is when signed in."""
    role = Role.EDUCATOR if presenter.kind is PresenterKind.EDUCATOR else Role.INFLUENCER
    return Actor(frozenset({role}), user_id=presenter.user_id, centre_id=presenter.centre_id, presenter_id=presenter.id)


def works(person: Presenter) -> Presenter:
    """She can usually come on working days from 8 to 16."""
    with transaction() as session:
        session.add_all(
            AvailableHours(presenter_id=person.id, weekday=day, from_local=dt.time(8), until_local=dt.time(16))
            for day in range(5)
        )
    return person


def always_free(*people) -> None:
    with transaction() as session:
        for person in people:
            for weekday in range(7):
                session.add(
                    AvailableHours(
                        presenter_id=person.id, weekday=weekday, from_local=dt.time(7, 0), until_local=dt.time(20, 0)
                    )
                )


def a_minor(**given: Any) -> Presenter:
    """A 16-year-old influencer (on MONDAY) without any proof."""
    return make_presenter(PresenterKind.INFLUENCER, **({"birth_date": dt.date(2010, 3, 1)} | given))


def known_staff(centre_id: int, role: Role = Role.SAFEGUARDING, **given: Any) -> User:
    """One of the staff whose second look counts: an account of last year, invited on the host, with a passkey."""
    with transaction() as session:
        user = make_user(role, centre_id=centre_id, **({"created_at": MONDAY - dt.timedelta(days=365)} | given))
        key = Passkey(user_id=user.id, credential_id=f"known{user.id}", public_key="", sign_count=0, name="Laptop")
        key.added_at = MONDAY
        session.add(key)
    return user


def an_officer_of(presenter: Presenter, role: Role = Role.SAFEGUARDING, **given: Any) -> Actor:
    """One of the staff of a presenter's centre: a safeguarding officer unless another role is named."""
    return known_staff(presenter.centre_id, role, **given).actor()
