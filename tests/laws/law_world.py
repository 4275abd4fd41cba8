"""A small world of rows for the database's law, and an oracle in Python: whether what a statement leaves is lawful.

One presentation is over, counted, locked and certified; one lies so far ahead that no clock calls it past.
"""

import datetime as dt
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.safeguarding.terms import VettingResult
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.certificates import make_certificate
from tests.factories.counting import Begun, a_counted_visit, a_locked_visit
from tests.factories.people import known_staff, make_presenter
from tests.factories.safeguarding import make_consent, make_vetting
from tests.factories.visits import make_assignment, make_presentation, make_visit

FAR = dt.date(2090, 10, 6)
YOUNG_THEN, YOUNG_NOW = dt.date(2074, 3, 1), dt.date(2010, 3, 1)
ALWAYS = {"checked_on": dt.date(2020, 1, 1), "valid_until": dt.date(2099, 12, 31)}
AGREED = {"given_on": dt.date(2020, 1, 1), "valid_until": dt.date(2099, 12, 31)}
OPEN, PROMISED = ("suggested", "offered", "accepted"), ("offered", "accepted", "present")
Row = dict[str, Any]
State = dict[str, list[Row]]
TABLES = ("assignment", "presenter", "vetting", "guardian_consent", "attendance", "head_count", "certificate")


@dataclass
class LawWorld:
    over: Begun  # counted, locked, with a certificate
    counted: Begun  # not locked
    ahead: int  # the presentation to come
    people: dict[str, int]


def _person(born: dt.date | None = None, *, checked: bool = True, agreed: bool = True, **given: Any) -> Presenter:
    kind = PresenterKind.INFLUENCER if born else PresenterKind.EDUCATOR
    person = make_presenter(kind, **({"birth_date": born} if born else {}), **given)
    if checked:
        make_vetting(person.id, **ALWAYS)
    if born and agreed:
        make_consent(person.id, **AGREED)
    return person


def a_law_world() -> LawWorld:
    over = a_locked_visit()
    there = _person(YOUNG_NOW)
    make_assignment(over.presentations[0], there.id, AssignmentState.PRESENT)
    make_certificate(over.visit, issued_at=over.presentations[0].ends_at + dt.timedelta(days=9))
    ahead = make_presentation(make_visit(on_day=FAR))
    people = {
        "adult": _person(), "young": _person(YOUNG_THEN), "other adult": _person(), "other young": _person(YOUNG_THEN),
        "unchecked": _person(checked=False), "unchecked young": _person(YOUNG_THEN, checked=False),
        "young without consent": _person(YOUNG_THEN, agreed=False), "too young": _person(dt.date(2076, 1, 1)),
        "suspended": _person(suspended_at=MONDAY),
    }  # fmt: skip
    for name in ("adult", "young"):
        make_assignment(ahead, people[name].id)
    ids = {name: person.id for name, person in people.items()}
    counted = a_counted_visit()
    known_staff(people["adult"].centre_id)  # the last account: who confirms a birth date
    return LawWorld(over, counted, ahead.id, ids | {"there": there.id, "teacher": over.educator.id})


def read_state(connection: Connection) -> State:
    """Every row as the database has it, days and moments as texts that sort."""
    found: State = {}
    for table in TABLES:
        rows = connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY id")).mappings()
        found[table] = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, dt.date) else value


def changed(state: State, table: str, ident: int, values: Row | None) -> State:
    """The rows after an UPDATE of one of them, or after its DELETE (None), with nothing else moved."""
    after = deepcopy(state)
    rows = after[table]
    for place, row in enumerate(rows):
        if row["id"] == ident:
            rows[place : place + 1] = [] if values is None else [row | values]
    return after


def inserted(state: State, table: str, row: Row) -> State:
    after = deepcopy(state)
    after[table].append(row)
    return after


# --- crews ---


def is_minor(state: State, seat: Row) -> bool:
    grown = _of(state, seat)["adult_on"]
    return grown is not None and seat["on_day"] < grown


def _of(state: State, seat: Row) -> Row:
    return next(one for one in state["presenter"] if one["id"] == seat["presenter_id"])


def _vetted(state: State, seat: Row) -> bool:
    rows = [one for one in state["vetting"] if one["presenter_id"] == seat["presenter_id"]]
    refused = [one["checked_on"] for one in rows if one["result"] == VettingResult.REFUSED]
    return any(
        one["result"] == VettingResult.CLEARED
        and one["checked_on"] <= seat["on_day"] <= one["valid_until"]
        and not any(day >= one["checked_on"] for day in refused)
        for one in rows
    )


def _agreed(state: State, seat: Row) -> bool:
    return any(
        one["takes_part"] and one["withdrawn_at"] is None and one["given_on"] <= seat["on_day"] <= one["valid_until"]
        for one in state["guardian_consent"]
        if one["presenter_id"] == seat["presenter_id"]
    )


def _accompanied(state: State, seat: Row) -> bool:
    firm = (*PROMISED, "suggested") if seat["state"] == "suggested" else PROMISED
    return any(
        one["presentation_id"] == seat["presentation_id"] and one["state"] in firm and not is_minor(state, one)
        for one in state["assignment"]
    )


def seat_is_lawful(state: State, seat: Row, *, written: bool = True) -> bool:
    """A suggestion is judged when it is written only: it takes nobody anywhere."""
    young, person = is_minor(state, seat), _of(state, seat)
    if seat["state"] not in (*OPEN, "present"):
        return True
    if seat["state"] in OPEN and (person["suspended_at"] is not None or not _vetted(state, seat)):
        return False
    if seat["state"] == "present" and seat["busy_from"] > seat["state_since"]:
        return False  # nobody was there before it began
    if not young:
        return True
    first = person["may_present_from"]
    if first > seat["on_day"] or not _vetted(state, seat) or not _agreed(state, seat):
        return False
    return _accompanied(state, seat) or (seat["state"] == "suggested" and not written)


def crew_is_lawful(state: State, written: int = 0) -> bool:
    seats = [one for one in state["assignment"] if one["state"] in (*OPEN, "present")]
    pairs = [(one, other) for one in seats for other in seats if one["id"] < other["id"]]
    twice = any(
        one["presenter_id"] == other["presenter_id"]
        and (
            one["presentation_id"] == other["presentation_id"]
            or (
                {one["state"], other["state"]} <= set(PROMISED)
                and one["busy_from"] < other["busy_until"]
                and other["busy_from"] < one["busy_until"]
            )
        )
        for one, other in pairs
    )
    return not twice and all(seat_is_lawful(state, one, written=one["id"] == written) for one in seats)


def days_follow(person: Row) -> bool:
    """The days that protect somebody follow from her birth date."""
    born = person["birth_date"]
    if born is None:
        return person["adult_on"] is None and person["may_present_from"] is None
    year, rest = int(born[:4]), "-03-01" if born[4:] == "-02-29" else born[4:]
    return (person["adult_on"], person["may_present_from"]) == (f"{year + 18}{rest}", f"{year + 15}{rest}")


# --- numbers and papers ---


def attendance_is_lawful(before: Row, after: Row | None) -> bool:
    """Numbers that were locked stay; a correction is one version more, with its reason."""
    if before["locked_at"] is None:
        return after is None or after["state"] not in ("locked", "corrected") or after["locked_at"] is not None
    if after is None:
        return False
    kept = {"id", "presentation_id", "locked_at", "minutes_given", "same_pupils", "turned_away", "teacher_present"}
    same = {"state", "version", "reason"}
    corrected = after["state"] == "corrected" and after["version"] == before["version"] + 1 and bool(after["reason"])
    return _same(before, after, kept) and (corrected or _same(before, after, same))


def _same(before: Row, after: Row, names: Iterable[str]) -> bool:
    return all(before[name] == after[name] for name in names)


def paper_is_lawful(before: Row, after: Row | None) -> bool:
    """A paper keeps what it printed; its holder may be forgotten; it ends once."""
    if after is None:
        return False
    kept = {"number", "running_number", "kind", "visit_id", "language", "printed", "issued_at", "holder_key"}
    named = after["holder_name"] in (None, before["holder_name"])
    ends = before["state"] == after["state"] or (before["state"], after["state"]) == ("issued", "revoked")
    return _same(before, after, kept) and named and ends and after["replaced_by_id"] == before["replaced_by_id"]
