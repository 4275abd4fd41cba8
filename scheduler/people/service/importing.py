"""People from a file: accounts without a password, presenters with what they speak about; nobody is written to."""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.errors import NotFound
from scheduler.imports import batches
from scheduler.imports.sheets import Imported, LineProblem, in_order
from scheduler.imports.staging import Filing, Importer, Stage, take_in
from scheduler.people import rules
from scheduler.people.models import Presenter, PresenterLanguage, PresenterSkill, User, UserRole
from scheduler.people.service.invitations import origin_of
from scheduler.people.terms import ImportedPerson, PeopleSheet, PresenterDraft, PresenterKind
from scheduler.places.models import Municipality
from scheduler.places.rules.town_names import TownSaid
from scheduler.places.service.town_names import TownNames
from scheduler.policy import Actor, Role

log = logging.getLogger(__name__)

PEOPLE_IMPORT = "people"
PRESENT = (Role.EDUCATOR, Role.INFLUENCER)
COLUMNS = {"home_id": "home"}


@dataclass
class _PersonComparison:
    sheet: PeopleSheet
    problems: list[LineProblem]
    origin_id: int | None  # of the new accounts
    new: list[tuple[ImportedPerson, int | None]] = field(default_factory=list)  # with the home of who presents
    same: int = 0

    @property
    def to_store(self) -> int:
        return len(self.new)

    @property
    def to_stage(self) -> int:
        return sum(2 + (1 + len(one.topics) + len(one.languages) if home else 0) for one, home in self.new)

    def outcome(self, batch_id: int | None = None) -> Imported:
        return Imported(self.sheet.lines, len(self.new), 0, self.same, in_order(self.problems), batch_id)


def import_people(actor: Actor, sheet: PeopleSheet, filing: Filing) -> Imported:
    """Store people of a centre by their address. Who has an account with that role is the same; nobody is changed.

    All or nothing: with any problem nothing is stored. Raises: NotAllowed, NotFound; Stale.
    """
    centre_id = filing.centre_id
    policy.require(actor, "import", "user", centre=centre_id)
    if centre_id is None:
        raise NotFound("centre")

    def compare(session: Session) -> _PersonComparison:
        return _compared(session, sheet, actor, centre_id, clock.local_day(filing.now))

    def check(session: Session, _stage: Stage) -> None:
        """An invitation to one of them waits until this ends; what it did before is met by the unique address."""
        advisory_lock(
            session, rules.SIGN_IN_LOCK, [rules.lock_number(f"address:{person.email}") for person in sheet.people]
        )

    outcome: Imported = take_in(actor, filing, Importer(PEOPLE_IMPORT, compare, _stage, check))
    log.info("people imported", extra={"rows": sheet.lines, "new": outcome.new})
    return outcome


def _compared(session: Session, sheet: PeopleSheet, actor: Actor, centre_id: int, today: dt.date) -> _PersonComparison:
    found = _PersonComparison(sheet, list(sheet.problems), origin_of(session, actor))
    named = [person.email for person in sheet.people]
    wanted = select(User).where(User.email.in_(named)).options(selectinload(User.roles))
    accounts = {user.email: user for user in session.scalars(wanted)}
    towns = TownNames(session)
    for person in sheet.people:
        account = accounts.get(person.email)
        if account is not None:
            if account.centre_id == centre_id and person.role in {row.role for row in account.roles}:
                found.same += 1
            else:
                found.problems.append(LineProblem(person.line, "email", "has_account"))
            continue
        home = towns.named(TownSaid(person.home)) if person.role in PRESENT else ""
        wrong = _problems(person, home, today)
        found.problems += [LineProblem(person.line, column, reason) for column, reason in wrong.items()]
        if not wrong:
            found.new.append((person, None if isinstance(home, str) else home.id))
    return found


def _problems(person: ImportedPerson, home: Municipality | str, today: dt.date) -> Mapping[str, str]:
    """What the rules of a new presenter say, by column; staff have a name and an address, which the reader saw."""
    if person.role not in PRESENT:
        return {}
    if isinstance(home, str):
        return {"home": home}
    draft = PresenterDraft(
        person.given_name,
        person.family_name,
        person.email,
        PresenterKind(person.role.value),
        home.id,
        person.topics,
        person.languages,
        person.birth_date,
    )
    wrong = rules.problems_with_presenter(draft, today=today)
    return {COLUMNS.get(name, name): reason for name, reason in wrong.items()}


def _stage(stage: Stage, found: _PersonComparison) -> None:
    """A table at a time."""
    centre_id, now = stage.filing.centre_id, stage.filing.now
    accounts = (
        {
            "centre_id": centre_id,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email,
            "language": "sr_Cyrl",
            "created_at": now,
            "origin_id": found.origin_id,
        }
        for person, _ in found.new
    )
    users = stage.add(User, accounts, "user imported")
    of = list(zip(users, found.new, strict=True))
    stage.add(UserRole, ({"user_id": user, "role": person.role} for user, (person, _) in of))
    presenting = [(user, person, home) for user, (person, home) in of if home is not None]
    rows = (
        {
            "user_id": user,
            "centre_id": centre_id,
            "kind": PresenterKind(person.role.value),
            "home_id": home,
            "birth_date": person.birth_date,
            "adult_on": rules.adult_on(person.birth_date) if person.birth_date else None,
            "may_present_from": rules.may_present_from(person.birth_date) if person.birth_date else None,
        }
        for user, person, home in presenting
    )
    presenters = stage.add(Presenter, rows, "presenter created")
    spoken = list(zip(presenters, (person for _, person, _ in presenting), strict=True))
    stage.add(PresenterSkill, ({"presenter_id": at, "topic": topic} for at, one in spoken for topic in one.topics))
    languages = ({"presenter_id": at, "language": language} for at, one in spoken for language in one.languages)
    stage.add(PresenterLanguage, languages)


def take_back_people(actor: Actor, batch_id: int, *, now: dt.datetime) -> None:
    """Remove all that an import of people stored. Raises: NotAllowed, NotFound; HangsOnIt, undone_already."""
    with transaction() as session:
        centre_id, batch = batches.opened_batch(session, batch_id, PEOPLE_IMPORT)
        policy.require(actor, "import", "user", centre=centre_id)
        batches.take_back(session, actor, batch, now)
    log.info("import taken back", extra={"batch_id": batch_id})
