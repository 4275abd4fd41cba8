"""People from a file: accounts without a password, presenters with what they speak about; nobody is written to."""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit, batches, clock
from scheduler.core.db import db, hold, transaction
from scheduler.core.errors import NotFound
from scheduler.core.sheets import Imported, LineProblem, in_order
from scheduler.core.text import fold
from scheduler.people import rules
from scheduler.people.models import Presenter, PresenterLanguage, PresenterSkill, User, UserRole
from scheduler.people.terms import ImportedPerson, PeopleSheet, PresenterDraft, PresenterKind
from scheduler.places.models import Municipality
from scheduler.policy import Actor, Role

log = logging.getLogger(__name__)

KIND = "people"
PRESENT = (Role.EDUCATOR, Role.INFLUENCER)
COLUMNS = {"home_id": "home"}


@dataclass
class _Comparison:
    problems: list[LineProblem]
    new: list[tuple[ImportedPerson, int | None]] = field(default_factory=list)  # with the home of who presents
    same: int = 0


def import_people(
    actor: Actor, sheet: PeopleSheet, *, centre_id: int, now: dt.datetime, dry_run: bool = False, file_name: str = ""
) -> Imported:
    """Store people of a centre by their address. Who has an account with that role is the same; nobody is changed.

    All or nothing: with any problem nothing is stored. Raises: NotAllowed, NotFound.
    """
    policy.require(actor, "import", "user", centre=centre_id)
    today = clock.local_day(now)
    if dry_run:
        found = _compared(db.session(), sheet, centre_id, today)
        return Imported(sheet.lines, len(found.new), 0, found.same, in_order(found.problems))
    batch_id = None
    with transaction() as session:
        batches.in_turn(session)
        hold(session, rules.LOCK, [rules.lock_number(f"address:{person.email}") for person in sheet.people])
        found = _compared(session, sheet, centre_id, today)
        if not found.problems and found.new:
            stored = batches.Stored(KIND, len(found.new), file_name, centre_id)
            batch = batches.open_batch(session, actor, stored, now)
            _store(session, actor, batch, found.new, now)
            batches.close_batch(session, actor, batch, now)
            batch_id = batch.id
    log.info("people imported", extra={"rows": sheet.lines, "new": len(found.new)})
    return Imported(sheet.lines, len(found.new), 0, found.same, in_order(found.problems), batch_id)


def _compared(session: Session, sheet: PeopleSheet, centre_id: int, today: dt.date) -> _Comparison:
    found = _Comparison(list(sheet.problems))
    wanted = select(User).where(User.email.in_([person.email for person in sheet.people]))
    accounts = {user.email: user for user in session.scalars(wanted)}
    towns: dict[str, list[int]] = {}
    for key, ident in session.execute(select(Municipality.search_key, Municipality.id).order_by(Municipality.id)):
        towns.setdefault(key, []).append(ident)
    for person in sheet.people:
        account = accounts.get(person.email)
        if account is not None:
            if account.centre_id == centre_id and person.role in {row.role for row in account.roles}:
                found.same += 1
            else:
                found.problems.append(LineProblem(person.line, "email", "has_account"))
            continue
        home = towns.get(fold(person.home), []) if person.role in PRESENT else []
        wrong = _problems(person, home, today)
        found.problems += [LineProblem(person.line, column, reason) for column, reason in wrong.items()]
        if not wrong:
            found.new.append((person, home[0] if home else None))
    return found


def _problems(person: ImportedPerson, home: Sequence[int], today: dt.date) -> dict[str, str]:
    """What the rules of a new presenter say, by column; staff have a name and an address, which the reader saw."""
    if person.role not in PRESENT:
        return {}
    if len(home) != 1:
        return {"home": "several_municipalities" if home else "unknown_municipality"}
    draft = PresenterDraft(
        person.given_name,
        person.family_name,
        person.email,
        PresenterKind(person.role.value),
        home[0],
        person.topics,
        person.languages,
        person.birth_date,
    )
    wrong = rules.problems_with_presenter(draft, today=today)
    return {COLUMNS.get(name, name): reason for name, reason in wrong.items()}


def _store(
    session: Session,
    actor: Actor,
    batch: batches.ImportBatch,
    new: Sequence[tuple[ImportedPerson, int | None]],
    now: dt.datetime,
) -> None:
    """A table at a time, all its rows at once."""
    accounts = [
        {
            "centre_id": batch.centre_id,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email,
            "language": "sr_Cyrl",
            "created_at": now,
        }
        for person, _ in new
    ]
    users = batches.add_rows(session, batch, User, accounts)
    roles = [{"user_id": ident, "role": person.role} for ident, (person, _) in zip(users, new, strict=True)]
    batches.add_rows(session, batch, UserRole, roles)
    presenting = [(ident, person, home) for ident, (person, home) in zip(users, new, strict=True) if home is not None]
    rows = [
        {
            "user_id": ident,
            "centre_id": batch.centre_id,
            "kind": PresenterKind(person.role.value),
            "home_id": home,
            "birth_date": person.birth_date,
            "adult_on": rules.adult_on(person.birth_date) if person.birth_date else None,
            "may_present_from": rules.may_present_from(person.birth_date) if person.birth_date else None,
        }
        for ident, person, home in presenting
    ]
    presenters = batches.add_rows(session, batch, Presenter, rows)
    of = list(zip(presenters, (person for _, person, _ in presenting), strict=True))
    skills = [{"presenter_id": ident, "topic": topic} for ident, person in of for topic in person.topics]
    spoken = [{"presenter_id": ident, "language": language} for ident, person in of for language in person.languages]
    batches.add_rows(session, batch, PresenterSkill, skills)
    batches.add_rows(session, batch, PresenterLanguage, spoken)
    audit.record_all(actor, "user imported", User, users, at=now, details={"imported": batch.id})
    audit.record_all(actor, "presenter created", Presenter, presenters, at=now, details={"imported": batch.id})


def take_back_people(actor: Actor, batch_id: int, *, now: dt.datetime) -> None:
    """Remove all that an import of people stored. Raises: NotAllowed, NotFound; HangsOnIt, undone_already."""
    with transaction() as session:
        batches.in_turn(session)
        batch = session.get(batches.ImportBatch, batch_id, with_for_update=True)
        policy.require(actor, "import", "user", centre=batch.centre_id if batch else None)
        if batch is None or batch.kind != KIND:
            raise NotFound("import")
        batches.take_back(session, actor, batch, now)
    log.info("import taken back", extra={"batch_id": batch_id})
