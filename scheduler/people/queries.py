"""Who is signed in, who works here, who can present and when."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, bindparam, cast, func, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from scheduler.config import settings
from scheduler.core import tokens
from scheduler.core.alphabet import AlphabetKey, alphabet_key, names_key
from scheduler.core.db import db
from scheduler.core.errors import Gone, NotFound
from scheduler.core.language import pick
from scheduler.core.names import SpelledName, whole_name
from scheduler.core.text import fold
from scheduler.messages.rules import CLOCK_WAS_AHEAD
from scheduler.people import rules
from scheduler.people.models import (
    AvailabilityException,
    AvailableHours,
    Centre,
    Presenter,
    PresenterLanguage,
    PresenterNote,
    PresenterPhoto,
    PresenterSkill,
    SettledStep,
    SignIn,
    SignInAttempt,
    User,
    UserDistrict,
    UserRole,
)
from scheduler.people.terms import (
    CentreRow,
    DemoSignIn,
    ExceptionRow,
    Hours,
    InvitedUser,
    PresenterNoteRow,
    PresenterRow,
    Reader,
    SignedInUser,
    StaffRow,
    TeachingLanguage,
    Topic,
)
from scheduler.places.models import Municipality
from scheduler.places.terms.hosts import Point
from scheduler.policy import Actor, Role


def signed_in_user(token: str, now: dt.datetime) -> SignedInUser | None:
    """The user behind a session's token; None when that sign-in has ended, idled out, or the user is suspended.

    None, too, while it waits for its second step: only the pages of keys know such a sign-in (keys/queries.py).
    """
    rows = db.session.execute(_behind_a_token(), {"token_hash": tokens.token_hash(token)})
    if (found := rows.unique().one_or_none()) is None:
        return None
    row, user, centre, presenter_id = found
    actor = user.actor(presenter_id)
    ended, idle = row.ended_at, rules.idle_limit(actor.roles)
    live = rules.is_live(last_seen_at=row.last_seen_at, expires_at=row.expires_at, ended_at=ended, idle=idle, now=now)
    if not live or user.suspended_at is not None:
        return None
    if rules.waits_for_second_step(actor.roles, row.factor_at, asked=settings().asks_second_step):
        return None
    return SignedInUser(
        user_id=user.id,
        given_name=user.given_spelled,
        family_name=user.family_spelled,
        full_name=user.full_name,
        language=user.language,
        centre_id=centre.id,
        centre_sr_cyrl=centre.name_sr_cyrl,
        centre_sr_latn=centre.name_sr_latn,
        centre_en=centre.name_en,
        actor=actor,
        last_seen_at=row.last_seen_at,
    )


@cache
def _behind_a_token() -> Select[SignIn, User, Centre, int]:
    """It is asked with every page, and takes longer to write than to ask."""
    wanted = select(SignIn, User, Centre, Presenter.id).options(joinedload(User.roles), joinedload(User.districts))
    wanted = wanted.join(User, SignIn.user_id == User.id).join(Centre, User.centre_id == Centre.id)
    return wanted.outerjoin(Presenter, Presenter.user_id == User.id).where(SignIn.token_hash == bindparam("token_hash"))


def presenters_of(centre_id: int, *among: ColumnElement[bool]) -> list[PresenterRow]:
    """The presenters of a centre, or some `among` them, by name, suspended ones too; who was erased is left out."""
    return _presenters(Presenter.centre_id == centre_id, User.erased_at.is_(None), *among)


def presenters_by_id(presenter_ids: Iterable[int]) -> dict[int, PresenterRow]:
    """The presenters with these ids."""
    return {row.presenter_id: row for row in _presenters(Presenter.id.in_(set(presenter_ids)))}


def _presenters(*wanted: ColumnElement[bool]) -> list[PresenterRow]:
    """Each with all topics and languages: one question."""
    of = contains_eager(Presenter.user), contains_eager(Presenter.home)
    skill, tongue = PresenterSkill, PresenterLanguage
    able = _in_one_text(skill.topic, skill), _in_one_text(tongue.language, tongue)
    people = select(Presenter, *able).join(Presenter.user).join(Presenter.home).where(*wanted).options(*of)
    found = db.session.execute(people.order_by(Presenter.id)).all()
    return [_presenter_row(*row) for row in sorted(found, key=lambda row: _by_name(row[0].user))]


def _in_one_text(column: Any, table: type[PresenterSkill | PresenterLanguage]) -> Any:
    """All that such a table says of a presenter, by commas."""
    of_her = select(func.aggregate_strings(cast(column, String), ",")).where(table.presenter_id == Presenter.id)
    return of_her.correlate(Presenter).scalar_subquery()


def _by_name(person: User | Row[int, str, str]) -> tuple[AlphabetKey, ...]:
    return names_key(person.family_name, person.given_name)


def _presenter_row(presenter: Presenter, topics: str | None, languages: str | None) -> PresenterRow:
    return PresenterRow(
        presenter_id=presenter.id,
        user_id=presenter.user_id,
        centre_id=presenter.centre_id,
        given_name=presenter.user.given_spelled,
        full_name=presenter.user.full_name,
        kind=presenter.kind,
        home_id=presenter.home_id,
        home_sr_cyrl=presenter.home.name_sr_cyrl,
        home_sr_latn=presenter.home.name_sr_latn,
        adult_on=presenter.adult_on,
        home=Point(presenter.home.lat, presenter.home.lon),
        topics=tuple(map(Topic, _by_comma(topics))),
        languages=tuple(map(TeachingLanguage, _by_comma(languages))),
        suspended=presenter.suspended_at is not None,
        invited=presenter.user.password_hash is None,
        email=presenter.user.email,
        phone=presenter.phone,
        reach_km=presenter.reach_km,
        has_car=presenter.has_car,
    )


def _by_comma(said: str | None) -> list[str]:
    return sorted(said.split(",")) if said else []


def home_point(presenter: Presenter) -> Point:
    """The town a presenter sets out from; her home must be loaded."""
    return Point(presenter.home.lat, presenter.home.lon)


def phone_of(presenter_id: int) -> str:
    """The number of a presenter; empty when none is known. For herself and for staff who may change her."""
    return db.session.scalar(select(Presenter.phone).where(Presenter.id == presenter_id)) or ""


def hours_of(presenter_ids: Sequence[int]) -> dict[int, tuple[Hours, ...]]:
    """The weekly hours of each of these presenters, in order; empty for who gave none."""
    found = db.session.scalars(
        select(AvailableHours)
        .where(AvailableHours.presenter_id.in_(presenter_ids))
        .order_by(AvailableHours.weekday, AvailableHours.from_local)
    )
    hours: dict[int, list[Hours]] = {presenter_id: [] for presenter_id in presenter_ids}
    for row in found:
        hours[row.presenter_id].append(Hours(row.weekday, row.from_local, row.until_local))
    return {presenter_id: tuple(rows) for presenter_id, rows in hours.items()}


def exceptions_of(
    presenter_ids: Sequence[int], first_day: dt.date, last_day: dt.date = dt.date.max
) -> dict[int, tuple[ExceptionRow, ...]]:
    """The exceptions of each of these presenters that touch the days, in order."""
    found = db.session.scalars(
        select(AvailabilityException)
        .where(
            AvailabilityException.presenter_id.in_(presenter_ids),
            AvailabilityException.last_day >= first_day,
            AvailabilityException.first_day <= last_day,
        )
        .order_by(AvailabilityException.first_day, AvailabilityException.id)
    )
    exceptions: dict[int, list[ExceptionRow]] = {presenter_id: [] for presenter_id in presenter_ids}
    for row in found:
        exceptions[row.presenter_id].append(ExceptionRow(row.id, row.first_day, row.last_day, row.available))
    return {presenter_id: tuple(rows) for presenter_id, rows in exceptions.items()}


def tried_within(time: dt.timedelta, now: dt.datetime) -> ColumnElement[bool]:
    """Tried not so long ago, and not by a clock that has been set back since: that would shut her out for as long."""
    return (SignInAttempt.at > now - time) & (SignInAttempt.at <= now + CLOCK_WAS_AHEAD)


def email_of(user_id: int) -> str:
    """The address with which a user signs in. Raises: NotFound."""
    email = db.session.scalar(select(User.email).where(User.id == user_id))
    if email is None:
        raise NotFound("user")
    return email


def staff_of(centre_id: int) -> list[StaffRow]:
    """Users of a centre who are not presenters with a profile, by name."""
    found = db.session.execute(
        select(User, Presenter.id)
        .outerjoin(Presenter, Presenter.user_id == User.id)
        .where(User.centre_id == centre_id, Presenter.id.is_(None), User.erased_at.is_(None))
        .options(selectinload(User.roles), selectinload(User.districts))
        .order_by(User.id)
    ).all()
    return [
        StaffRow(
            user_id=user.id,
            full_name=user.full_name,
            email=user.email,
            roles=tuple(row.role for row in user.roles),
            suspended=user.suspended_at is not None,
            invited=user.password_hash is None,
            district_ids=tuple(row.district_id for row in user.districts),
        )
        for user, presenter_id in sorted(found, key=lambda pair: _by_name(pair[0]))
    ]


def _who_can_sign_in(*roles: Role) -> Select[User]:
    """Who is told what goes on inside: somebody who was invited and never came reads nothing of it yet."""
    with_a_role = User.id.in_(
        select(UserRole.user_id).where(UserRole.role.in_(roles))
    )  # few, where presenters are many
    able = (User.suspended_at.is_(None), User.password_hash.is_not(None), with_a_role)
    return select(User).where(*able).order_by(User.id)


def coordinators_of(centre_id: int, district_id: int | None = None) -> list[Reader]:
    """The coordinators of a centre who can sign in; of a district those not limited to others, or all if nobody is."""
    wanted = _who_can_sign_in(Role.COORDINATOR).where(User.centre_id == centre_id)
    here = ~User.districts.any() | User.districts.any(UserDistrict.district_id == district_id)
    found = db.session.execute(wanted.add_columns(here if district_id is not None else true())).all()
    return [Reader(one.id, one.email, one.language) for one, _ in [row for row in found if row[1]] or found]


def actors_at(addresses: Iterable[str]) -> dict[str, Actor]:
    """Who reads what is written to these addresses, by address: what of her centre she reaches."""
    found = db.session.scalars(
        select(User).where(User.email.in_(addresses)).options(selectinload(User.roles), selectinload(User.districts))
    )
    return {user.email: user.actor() for user in found}


def suspended_as(user_id: int) -> str:
    """As what the table of rights knows this presenter, where somebody would suspend her."""
    roles = db.session.scalars(select(UserRole.role).where(UserRole.user_id == user_id))
    return rules.suspended_as(roles, presents=True)


def staff_with(*roles: Role) -> list[tuple[int, Reader]]:
    """(centre, who) of everybody with one of these roles who can sign in, of all centres."""
    found = db.session.scalars(_who_can_sign_in(*roles))
    return [(user.centre_id, Reader(user.id, user.email, user.language)) for user in found]


def administrators() -> list[tuple[int, Reader]]:
    """(centre, who) of every administrator who can sign in, of all centres."""
    return staff_with(Role.ADMINISTRATOR)


def addresses_of(centre_id: int, words: Sequence[str]) -> list[str]:
    """Where people of a centre read mails whose name has every (folded) word, in either script."""
    people = select(User.email, User.full_name).where(User.centre_id == centre_id, User.erased_at.is_(None))
    named = ((email, fold(name)) for email, name in db.session.execute(people))
    return [email for email, name in named if all(word in name for word in words)]


def colleagues_of(centre_id: int | None) -> list[tuple[int, SpelledName]]:
    """(id, full name) of who may own a request of a centre: its coordinators and administrators, but the suspended."""
    found = db.session.execute(may_own(centre_id))
    return by_family_name((user_id, given, family) for user_id, given, family in found)


def may_own(centre_id: int | None) -> Select[int, SpelledName, SpelledName]:
    """The question for them, for who asks more in one."""
    leads = select(UserRole.user_id).where(UserRole.role.in_((Role.COORDINATOR, Role.ADMINISTRATOR)))
    return select(User.id, User.given_spelled, User.family_spelled).where(
        User.centre_id == centre_id, User.suspended_at.is_(None), User.id.in_(leads)
    )


def by_family_name(people: Iterable[tuple[int, SpelledName, SpelledName]]) -> list[tuple[int, SpelledName]]:
    """(id, whole name) of these, as a register has them; who is called alike stands by number."""
    in_order = sorted(people, key=lambda one: (names_key(one[1], one[2]), one[0]))
    return [(user_id, whole_name(given, family)) for user_id, given, family in in_order]


def has_photo(presenter_id: int) -> bool:
    """Whether a presenter shows schools her face."""
    return db.session.scalar(select(PresenterPhoto.id).where(PresenterPhoto.presenter_id == presenter_id)) is not None


def notes_about(presenter_id: int) -> list[PresenterNoteRow]:
    """What was agreed with a presenter by telephone, and with whom, the newest first."""
    note = PresenterNote
    wanted = select(note.said_on, note.text, User).outerjoin(User, note.by == "user:" + cast(User.id, String))
    rows = db.session.execute(wanted.where(note.presenter_id == presenter_id).order_by(note.id.desc()))
    return [PresenterNoteRow(said_on, by.full_name if by else "", text) for said_on, text, by in rows]


def centres() -> list[Centre]:
    """All centres, oldest first."""
    return list(db.session.scalars(select(Centre).order_by(Centre.id)))


def centre_by_slug(slug: str) -> Centre:
    """Raises: NotFound."""
    if (found := db.session.scalar(select(Centre).where(Centre.slug == slug))) is None:
        raise NotFound("centre")
    return found


def centre_settings(centre_id: int) -> CentreRow:
    """A centre, the first steps that were ticked, and whether it has people: three questions. Raises: NotFound."""
    centre = db.session.get(Centre, centre_id)
    if centre is None:
        raise NotFound("centre")
    settled = db.session.scalars(select(SettledStep.step).where(SettledStep.centre_id == centre_id))
    users = select(User.id).where(User.centre_id == centre_id, User.suspended_at.is_(None))
    staff = users.where(~select(Presenter.id).where(Presenter.user_id == User.id).exists()).limit(2).subquery()
    presents = users.join(Presenter, Presenter.user_id == User.id).exists()
    people = db.session.execute(select(select(func.count()).select_from(staff).scalar_subquery(), presents)).one()
    return CentreRow(
        id=centre.id,
        name_sr_cyrl=centre.name_sr_cyrl,
        name_sr_latn=centre.name_sr_latn,
        name_en=centre.name_en,
        place_sr_cyrl=centre.place_sr_cyrl,
        place_sr_latn=centre.place_sr_latn,
        email=centre.email,
        phone=centre.phone,
        signatory=centre.signatory,
        signatory_duty_sr_cyrl=centre.signatory_duty_sr_cyrl,
        signatory_duty_en=centre.signatory_duty_en,
        site=centre.site,
        slug=centre.slug,
        answers_to=centre.answers_to,
        settled=frozenset(settled),
        has_colleagues=people[0] > 1,
        has_presenters=people[1],
    )


def centre_with_site(slug: str) -> tuple[int, str]:
    """The centre of that name in addresses, and its own site. Raises: NotFound where it has named none."""
    found = db.session.execute(select(Centre.id, Centre.site).where(Centre.slug == slug)).one_or_none()
    if found is None or not found.site or rules.site_of(found.site) != found.site:
        raise NotFound("centre")
    return found.id, found.site


def homes(language: str = "sr_Latn") -> list[tuple[int, str, str]]:
    """(id, Cyrillic name, Latin name) of every municipality, by the alphabet of the language."""
    found = db.session.execute(
        select(Municipality.id, Municipality.name_sr_cyrl, Municipality.name_sr_latn).order_by(Municipality.id)
    )
    rows = [(row.id, row.name_sr_cyrl, row.name_sr_latn) for row in found]
    return sorted(rows, key=lambda row: alphabet_key(pick(language, row[1], row[2])))


def invited_by(token: str, *, purpose: str, now: dt.datetime) -> InvitedUser:
    """Who an invitation ("invitation") or a new password ("reset") is for.

    Raises: Gone when the link was used, replaced or is too old; NotFound when there never was one.
    """
    link = tokens.living_link(token, purpose, now=now)
    user, centre = db.session.execute(
        select(User, Centre).join(Centre, User.centre_id == Centre.id).where(User.id == link.subject_id)
    ).one()
    if user.suspended_at is not None:
        raise Gone(purpose)
    return InvitedUser(
        user_id=user.id,
        given_name=user.given_name,
        family_name=user.family_name,
        email=user.email,
        language=user.language,
        centre_sr_cyrl=centre.name_sr_cyrl,
        centre_sr_latn=centre.name_sr_latn,
        centre_en=centre.name_en,
    )


def demo_sign_ins() -> list[DemoSignIn]:
    """The sign-ins that `demo load` wrote to instance/demo_sign_ins.json; none outside of MODE=demo."""
    path = settings().instance / "demo_sign_ins.json"
    if not settings().demo or not path.exists():
        return []
    return [
        DemoSignIn(Role(row["role"]), str(row["email"]), str(row["password"])) for row in json.loads(path.read_text())
    ]


def names_of_labels(labels: Iterable[str]) -> dict[str, str]:
    """The names behind labels of the audit ("user:12"); what is no colleague is left out."""
    ids = {int(label.removeprefix("user:")) for label in labels if label.startswith("user:")}
    named = select(User.id, User.given_spelled, User.family_spelled).where(User.id.in_(ids)).order_by(User.id)
    return {f"user:{who}": whole_name(given, family) for who, given, family in db.session().execute(named)}
