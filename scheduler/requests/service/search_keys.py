"""Folded names are kept: those that are over are written anew, and all are compared with the names themselves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from scheduler.core.db import db, reading, transaction
from scheduler.core.mailboxes import mailbox_key
from scheduler.core.text import fold
from scheduler.people.models import User
from scheduler.people.rules import folded_person
from scheduler.people.search_models import PersonSearchKey
from scheduler.requests.models import SchoolRequest
from scheduler.requests.search_models import ContactSearchKey

NAMES_AT_ONCE = 1_000  # in one transaction


@dataclass(frozen=True)
class _FoldedNames:
    """A table of folded names: its number, who is in it (number, centre, name), and what it keeps of such a one."""

    model: type[PersonSearchKey] | type[ContactSearchKey]
    number: Any
    owners: Any  # a question
    keys: Callable[[Any], dict[str, str]]

    @property
    def waiting(self) -> Select[int]:
        return select(self.number).where(self.model.search_key.is_(None)).order_by(self.number)

    def names(self, session: Session, ids: list[int] | None = None) -> dict[int, dict[str, str]]:
        """What is to be kept, from the names as they are written now: of all, or of some."""
        number = self.owners.selected_columns[0]
        return {
            row[0]: self.keys(row)
            for row in session.execute(self.owners if ids is None else self.owners.where(number.in_(ids)))
        }


ALL_NAMES = (
    _FoldedNames(
        PersonSearchKey,
        PersonSearchKey.user_id,
        select(User.id, User.centre_id, User.given_spelled, User.family_spelled, User.email),
        lambda row: {
            "search_key": folded_person(row.given_spelled, row.family_spelled),
            "mailbox_key": mailbox_key(row.email),
        },
    ),
    _FoldedNames(
        ContactSearchKey,
        ContactSearchKey.school_request_id,
        select(SchoolRequest.id, SchoolRequest.centre_id, SchoolRequest.contact_name).where(
            SchoolRequest.contact_name != ""
        ),
        lambda row: {"search_key": fold(row.contact_name)},
    ),
)


def write_search_keys() -> int:
    """Fold the names that are new or others since the last time. How many; twice is once."""
    return sum(map(_write, ALL_NAMES))


def write_everything() -> int:
    """Fold all names anew, for an operator whom a check told of a wrong one; how many."""
    with transaction() as session:
        for kept in ALL_NAMES:
            session.execute(delete(kept.model))
            number, centre_id, *_named = kept.owners.selected_columns
            of_newcomer = select(kept.number).where(kept.number == number).exists()  # who came since the DELETE
            owners = kept.owners.with_only_columns(number, centre_id).where(~of_newcomer)
            session.execute(insert(kept.model).from_select([kept.number.key, "centre_id"], owners))
    return write_search_keys()


def violations() -> list[str]:
    """A sentence for each name that is kept otherwise than it is written, or not at all: it would not be found."""
    return [sentence for kept in ALL_NAMES for sentence in _wrong(kept)]


def _wrong(kept: _FoldedNames) -> Iterator[str]:
    """Names and keys are read by one statement: to two, a name that PostgreSQL changes in between would look wrong."""
    session, name = db.session(), kept.model.__tablename__
    number = kept.owners.selected_columns[0]
    stored = [column.label(f"kept_{column.key}") for column in kept.model.__table__.c]
    both = kept.owners.outerjoin(kept.model, kept.number == number).add_columns(*stored)
    found: dict[int, str] = {}
    for row in session.execute(both):
        has, said = row._mapping, {"centre_id": row.centre_id, **kept.keys(row)}
        if has[f"kept_{kept.number.key}"] is None:
            found[row.id] = f"{name} has no row of {row.id}: nobody finds that name"
        elif any(has[f"kept_{key}"] not in (None, value) for key, value in said.items()):
            found[row.id] = f"{name} of {row.id} is not what is written"
    nobodys = select(kept.number).where(~kept.owners.where(number == kept.number).exists())
    found |= {one: f"{name} of {one} is not what is written" for one in session.scalars(nobodys)}
    for one in sorted(found):
        yield found[one]


def _write(kept: _FoldedNames) -> int:
    written = 0
    while ids := _not_folded(kept):
        with transaction() as session:
            # First the lock, then the name: whoever changes it waits for us, and makes ours NULL again.
            ours = list(session.scalars(kept.waiting.where(kept.number.in_(ids)).with_for_update(skip_locked=True)))
            rows = [{kept.number.key: one, **keys} for one, keys in kept.names(session, ours).items()]
            if rows:
                session.execute(update(kept.model), rows)
        written += len(rows)
        if len(rows) < NAMES_AT_ONCE:
            break  # what others hold the next minute knows
    return written


def _not_folded(kept: _FoldedNames) -> list[int]:
    with reading() as session:
        return list(session.scalars(kept.waiting.limit(NAMES_AT_ONCE)))
