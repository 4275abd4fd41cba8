"""A register held against the stored hosts: what is new, what changes, and which lines look like one school."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.core.text import fold
from scheduler.imports.sheets import LineProblem
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.hosts import search_key
from scheduler.places.rules.registers import code_key, name_keys, width_beside, width_of_codes
from scheduler.places.rules.town_names import PARTS_OF_CITIES, TownSaid, bare_town
from scheduler.places.service.town_names import TownNames
from scheduler.places.terms.hosts import (
    STILL_OPEN,
    STORED_FIELDS,
    Change,
    ImportedHost,
    ImportOutcome,
    RegisterSheet,
)
from scheduler.places.terms.registers import DoubleSchool


@dataclass
class HostComparison:
    """A sheet held against the stored hosts."""

    sheet: RegisterSheet
    rows: int
    problems: list[LineProblem]
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[Host, dict[str, Any]]] = field(default_factory=list)
    same: int = 0
    changes: list[Change] = field(default_factory=list)
    doubles: list[DoubleSchool] = field(default_factory=list)

    @property
    def to_store(self) -> int:
        return len(self.new) + len(self.changed)

    to_stage = to_store

    def outcome(self, batch_id: int | None = None) -> ImportOutcome:
        counts = (self.rows, len(self.new), len(self.changed), self.same)
        found = (tuple(self.problems), tuple(self.changes), batch_id, tuple(self.doubles))
        return ImportOutcome(*counts, *found, self.sheet.mended, self.sheet.unknown_kinds)


def compared_register(session: Session, sheet: RegisterSheet) -> HostComparison:
    """What the lines of a register would make of the stored hosts."""
    bad_lines = {problem.line for problem in sheet.problems if problem.line > 1}
    lines = {row.line for row in sheet.rows} | bad_lines
    comparison = HostComparison(sheet, len(lines), list(sheet.problems))
    towns, known = TownNames(session), _KnownHosts(session, sheet)
    for row in sheet.rows:
        town = towns.named(TownSaid(row.municipality, row.district_iso, row.place_sr_cyrl, row.postcode))
        host = known.coded(row.register_id)
        if isinstance(town, str):
            column = "district_iso" if town == "not_in_this_district" else "municipality"
            comparison.problems.append(LineProblem(row.line, column, town))
        elif isinstance(host, str):
            comparison.problems.append(LineProblem(row.line, "register_id", host))
        elif host:
            values = _values(row, town) | {"register_id": host.register_id}
            values |= {} if row.closed_on else {"closed_on": host.closed_on}
            _compare(comparison, host, values, row, town)
            known.met(row, values)
        else:
            values = _values(row, town) | {"register_id": known.whole(row.register_id)}
            comparison.new.append(values)
            comparison.doubles += known.doubles_of(row, values)
            known.met(row, values)
    comparison.problems.sort(key=lambda problem: (problem.line, problem.column))
    return comparison


class _KnownHosts:
    """Stored hosts and the lines read so far, by code and by name."""

    def __init__(self, session: Session, sheet: RegisterSheet) -> None:
        stored = session.scalars(select(Host).options(joinedload(Host.municipality)).order_by(Host.id)).all()
        self.by_code: dict[str, list[Host]] = defaultdict(list)
        self.by_name: dict[tuple[Any, ...], list[DoubleSchool]] = defaultdict(list)
        codes = {code_key(row.register_id) for row in sheet.rows}
        for host in stored:
            if host.register_id:
                self.by_code[code_key(host.register_id)].append(host)
            if host.register_id is None or code_key(host.register_id) not in codes:
                self._note(vars(host), DoubleSchool(0, "", 0, host.name_sr_cyrl, host.register_id or ""))
        own = [host.register_id for host in stored if host.register_id]
        self.width = width_of_codes([*own, *(row.register_id for row in sheet.rows)])
        sure = {*own, *(row.register_id for row in sheet.rows if row.register_id.startswith("0"))}
        self.numbers = sorted((code for code in sure if code.isascii() and code.isdigit()), key=int)

    def coded(self, code: str) -> Host | str | None:
        """The stored host of a number, written with its zeros or without; or what is wrong with the number."""
        found = self.by_code.get(code_key(code), [])
        exact = [host for host in found if host.register_id == code]
        if exact or len(found) < 2:
            return next(iter(exact or found), None)
        return "several_codes"

    def whole(self, code: str) -> str:
        """A new number with the zeros that the register writes before its numbers."""
        if not code.isascii() or not code.isdigit():
            return code
        return code.zfill(self.width or width_beside(code, self.numbers))

    def doubles_of(self, row: ImportedHost, values: dict[str, Any]) -> Iterable[DoubleSchool]:
        """What was met before and may be the same school as a new line; each once."""
        found = {met for key in _name_places(values) for met in self.by_name.get(key, ())}
        for met in sorted(found, key=lambda one: (one.other_line, one.other_register_id, one.other_name)):
            yield DoubleSchool(row.line, row.name_sr_cyrl, met.other_line, met.other_name, met.other_register_id)

    def met(self, row: ImportedHost, values: dict[str, Any]) -> None:
        """A line was read: those behind it are compared with it."""
        self._note(values, DoubleSchool(0, "", row.line, row.name_sr_cyrl, values["register_id"]))

    def _note(self, values: dict[str, Any], met: DoubleSchool) -> None:
        for key in _name_places(values):
            self.by_name[key].append(met)


def _name_places(values: dict[str, Any]) -> set[tuple[Any, ...]]:
    """Under what a school is met: its kind, municipality and place, with each reading of its names."""
    keys = name_keys(values["name_sr_cyrl"]) | name_keys(values["name_sr_latn"])
    place = fold(values["place_sr_cyrl"])
    return {(values["kind"], values["municipality_id"], place, key) for key in keys}


def _values(row: ImportedHost, town: Municipality) -> dict[str, Any]:
    """What is stored of a line. A place that is the municipality's seat, or is not named, gets its two stored names."""
    values = {name: getattr(row, name) for name in STORED_FIELDS}
    values |= {"closed_on": None} if row.closed_on == STILL_OPEN else {}
    if fold(row.place_sr_cyrl) in ("", town.search_key):
        values |= {"place_sr_cyrl": town.name_sr_cyrl, "place_sr_latn": town.name_sr_latn}
    texts: tuple[str, ...] = (
        row.name_sr_cyrl,
        row.name_sr_latn,
        values["place_sr_cyrl"],
        town.name_sr_cyrl,
        town.city_sr_cyrl,
    )
    texts += (row.municipality,) if bare_town(row.municipality) in PARTS_OF_CITIES else ()  # found by that name too
    return values | {"municipality_id": town.id, "search_key": search_key(row.kind, *texts)}


def _compare(
    comparison: HostComparison, host: Host, values: dict[str, Any], row: ImportedHost, town: Municipality
) -> None:
    different = {name: value for name, value in values.items() if getattr(host, name) != value}
    if not different:
        comparison.same += 1
        return
    comparison.changed.append((host, different))
    for name, value in different.items():
        if name == "municipality_id":
            before = host.municipality.name_sr_latn if host.municipality else ""
            comparison.changes.append(
                Change(row.register_id, row.name_sr_latn, "municipality", before, town.name_sr_latn)
            )
        elif name != "search_key":
            comparison.changes.append(
                Change(row.register_id, row.name_sr_latn, name, _shown(getattr(host, name)), _shown(value))
            )


def _shown(value: object) -> str:
    return "" if value is None else str(value)
