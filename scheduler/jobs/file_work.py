"""Files that a page hands to the worker: checked, stored, their columns named, and taken back."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scheduler import policy
from scheduler.attendance.imports import LAYOUT as VISITS
from scheduler.attendance.imports import read_past_visits
from scheduler.attendance.service.past_visits import import_past_visits, take_back_visits
from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.helpline.imports import LAYOUT as HELPLINE
from scheduler.helpline.imports import read_helpline
from scheduler.helpline.service.importing import import_helpline, take_back_helpline
from scheduler.imports import batches
from scheduler.imports.parts import FirstLines, first_lines, lines_to_leave_out, without_lines
from scheduler.imports.personal import NAMES_OF_PUPILS, PERSONAL_NUMBERS
from scheduler.imports.sheets import FileTable, Imported, Layout, read_table
from scheduler.imports.staging import Filing
from scheduler.people.imports import LAYOUT as PEOPLE
from scheduler.people.imports import read_people
from scheduler.people.service.importing import import_people, take_back_people
from scheduler.places.imports.bells import LAYOUT as BELLS
from scheduler.places.imports.bells import read_bells
from scheduler.places.imports.registers import LAYOUT as HOSTS
from scheduler.places.imports.registers import read_hosts
from scheduler.places.service.bells import import_bells, take_back_bells
from scheduler.places.service.hosts import KIND_NAMES
from scheduler.places.terms.hosts import HostKind, ImportOutcome
from scheduler.policy import Actor
from scheduler.posts.imports import LAYOUT as POSTS
from scheduler.posts.imports import read_reach
from scheduler.posts.service import import_reach, take_back_reach
from scheduler.readiness.service.borrowed_facts import import_hosts, take_back_hosts
from scheduler.work import service
from scheduler.work.terms import RIGHTS, STORES, LeasedWork, Phase, WorkKind, WorkReason, WorkRow

READ, COMPARED, STAGED = 10, 20, 90  # of a hundred: how far an import is when that is done
PERSONAL = (GroundReason.IDENTITY_NUMBER, PERSONAL_NUMBERS, NAMES_OF_PUPILS)  # such a file is forgotten at once
LINES_SEEN = 10  # of the file, before it is stored
KINDS_ASKED = 40  # of schools, on one page
LINES_STORED = 200  # problems and changes that the page lists; the command lists all

Outcome = Imported | ImportOutcome


@dataclass(frozen=True)
class _Given:
    """A file to be checked or stored, as its reader and its importer need it."""

    actor: Actor
    content: bytes
    columns: Mapping[str, str]
    filing: Filing


def _hosts(given: _Given) -> Outcome:
    sheet = read_hosts(given.content, given.columns, batches.all_remembered(KIND_NAMES))
    return import_hosts(given.actor, sheet, given.filing)


def _people(given: _Given) -> Outcome:
    sheet = read_people(given.content, given.columns)
    return import_people(given.actor, sheet, given.filing)


def _bells(given: _Given) -> Outcome:
    sheet = read_bells(given.content, given.columns)
    return import_bells(given.actor, sheet, given.filing)


def _visits(given: _Given) -> Outcome:
    sheet = read_past_visits(given.content, given.columns, today=clock.local_day(given.filing.now))
    return import_past_visits(given.actor, sheet, given.filing)


def _helpline(given: _Given) -> Outcome:
    sheet = read_helpline(given.content, given.columns, today=clock.local_day(given.filing.now))
    return import_helpline(given.actor, sheet, given.filing)


def _posts(given: _Given) -> Outcome:
    return import_reach(given.actor, read_reach(given.content, given.columns), given.filing)


@dataclass(frozen=True)
class _Kind:
    """One kind of file: the name of its batches, its columns, and what stores it and takes it back."""

    name: str
    layout: Layout
    store: Callable[[_Given], Outcome]
    take_back: Callable[..., None]


FILES: Mapping[WorkKind, _Kind] = {
    WorkKind.CHECK_HOSTS: _Kind("hosts", HOSTS, _hosts, take_back_hosts),
    WorkKind.CHECK_PEOPLE: _Kind("people", PEOPLE, _people, take_back_people),
    WorkKind.CHECK_BELLS: _Kind("bells", BELLS, _bells, take_back_bells),
    WorkKind.CHECK_VISITS: _Kind("visits", VISITS, _visits, take_back_visits),
    WorkKind.CHECK_HELPLINE: _Kind("helpline", HELPLINE, _helpline, take_back_helpline),
    WorkKind.CHECK_POSTS: _Kind("posts", POSTS, _posts, take_back_reach),
}
CHECKS = {stores: checks for checks, stores in STORES.items()}


def check_or_store(actor: Actor, taken: LeasedWork) -> Mapping[str, Any]:
    """Read, compare and, unless it is only a check, store: all of it or, with any problem, nothing."""
    dry_run = taken.kind in STORES
    kind = FILES[taken.kind if dry_run else CHECKS[taken.kind]]
    _tell(taken, Phase.READING, 0)
    content = taken.content or b""
    table = read_table(content, kind.layout)
    headings = table.every_heading
    columns = batches.remembered(taken.centre_id, kind.name, headings)
    _tell(taken, Phase.COMPARING, READ)

    def tell(done: int, total: int) -> None:
        _tell(taken, Phase.STORING, COMPARED + (STAGED - COMPARED) * done // max(total, 1))

    name, digest = service.file_name_of(taken), batches.digest_of(content)
    filing = Filing(clock.now(), taken.centre_id, name, dry_run, tell, digest)
    outcome = kind.store(_Given(actor, content, columns, filing))
    personal = any(problem.problem in PERSONAL for problem in outcome.problems)
    if personal:
        service.forget_content(taken)
    _tell(taken, Phase.COMPARING if dry_run else Phase.STORING, 100)
    kinds = outcome.unknown_kinds[:KINDS_ASKED] if isinstance(outcome, ImportOutcome) and not personal else ()
    naming = {} if personal else _columns(kind, outcome, headings, columns)
    naming |= {"unknown_kinds": list(kinds)} if kinds else {}
    refused = [] if personal or not dry_run else lines_to_leave_out(table, outcome.problems)
    kept = {"keeps_file": True} if dry_run and not personal and (naming or refused or not outcome.problems) else {}
    stored = {} if dry_run or outcome.problems else {"stored": True}
    return _told(outcome) | seen_of(table, columns) | naming | kept | stored | ({"refused": refused} if refused else {})


def seen_of(table: FileTable, columns: Mapping[str, str]) -> dict[str, Any]:
    """What a file's owner does not see: columns that are not read, hidden lines and sheets, cells with formulas."""
    unread = [heading for heading in table.unread if not columns.get(heading)]
    seen = {"hidden": table.hidden, "formulas": table.formulas, "hidden_sheets": list(table.hidden_sheets)}
    seen |= {"not_read": unread}
    return {name: said for name, said in seen.items() if said}


def _tell(taken: LeasedWork, phase: Phase, hundredths: int) -> None:
    service.tell(taken, phase, hundredths, 100, now=clock.now())


def _told(outcome: Outcome) -> dict[str, Any]:
    of_hosts = outcome if isinstance(outcome, ImportOutcome) else ImportOutcome(0, 0, 0, 0)
    changes, doubles, mended = of_hosts.changes, of_hosts.doubles, of_hosts.mended
    return {
        "rows": outcome.rows,
        "new": outcome.new,
        "changed": outcome.changed,
        "same": outcome.same,
        "problems": len(outcome.problems),
        "problem_lines": [asdict(problem) for problem in outcome.problems[:LINES_STORED]],
        "changes": [asdict(change) for change in changes[:LINES_STORED]],
        "batch_id": outcome.batch_id,
        "mended": [asdict(one) for one in mended[:LINES_STORED]],
    } | ({"doubles": [asdict(one) for one in doubles[:LINES_STORED]]} if doubles else {})


def _columns(kind: _Kind, outcome: Outcome, headings: tuple[str, ...], columns: Mapping[str, str]) -> dict[str, Any]:
    """What a person may name: asked only where a column that we need was not found, or was named before."""
    absent = any(problem.problem == "no_such_column" for problem in outcome.problems)
    if not headings or not (absent or columns):
        return {}
    return {"headings": list(headings), "named": dict(columns), "fields": list(kind.layout.columns)}


def name_columns(actor: Actor, work_id: int, chosen: Mapping[str, str]) -> tuple[bytes, str, WorkKind]:
    """Remember what the actor's centre calls its columns; the file to be checked again.

    Raises: NotAllowed, NotFound; Rejected when a field is not one of that file's, or is chosen twice.
    """
    content, file_name, kind = service.content_of(actor, work_id)
    used = [ours for ours in chosen.values() if ours]
    if set(used) - FILES[kind].layout.columns.keys() or len(set(used)) < len(used):
        raise Rejected({"columns": WorkReason.COLUMN_TWICE if len(set(used)) < len(used) else WorkReason.NO_SUCH_FIELD})
    if actor.centre_id is None:
        raise NotFound("centre")
    known = set(read_table(content, FILES[kind].layout).every_heading)
    with transaction() as session:
        own = {heading: ours for heading, ours in chosen.items() if heading in known}
        batches.remember(session, actor.centre_id, FILES[kind].name, own)
    return content, file_name, kind


def name_kinds(actor: Actor, work_id: int, chosen: Mapping[str, str]) -> tuple[bytes, str, WorkKind]:
    """Remember what files call kinds of schools, as `name_columns` does. Raises: NotAllowed, NotFound."""
    content, file_name, kind = service.content_of(actor, work_id)
    asked = service.work_page(actor, work_id, now=clock.now()).result.get("unknown_kinds", ())
    if actor.centre_id is None or kind is not WorkKind.CHECK_HOSTS:
        raise NotFound("kind")
    own = {word: ours for word, ours in chosen.items() if word in asked and ours in set(HostKind)}
    with transaction() as session:
        batches.remember(session, actor.centre_id, KIND_NAMES, own)
    return content, file_name, kind


def without_refused(actor: Actor, work_id: int) -> tuple[bytes, str, WorkKind]:
    """The file without the lines that its check refused, to be checked again: what is stored is a whole file.

    Raises: NotAllowed, NotFound, also when no line of it can be left out.
    """
    content, file_name, kind = service.content_of(actor, work_id)
    refused = service.work_page(actor, work_id, now=clock.now()).result.get("refused")
    if not refused or actor.centre_id is None:
        raise NotFound("line")
    given = (FILES[kind].layout, set(refused), _named(actor.centre_id, kind, content))
    return without_lines(content, *given), file_name, kind


def beginning_of(actor: Actor, row: WorkRow) -> FirstLines:
    """The first lines of a file that was checked and is still here, as they are read. Raises: NotAllowed, NotFound."""
    if row.kind not in STORES or row.open or not row.file_kept or actor.centre_id is None:
        return FirstLines()
    content, _name, kind = service.content_of(actor, row.id)
    return first_lines(content, FILES[kind].layout, _named(actor.centre_id, kind, content), LINES_SEEN)


def _named(centre_id: int, kind: WorkKind, content: bytes) -> Mapping[str, str]:
    """What the centre calls the columns of this file."""
    headings = first_lines(content, FILES[kind].layout, {}, 0).every
    return batches.remembered(centre_id, FILES[kind].name, headings)


def take_back(actor: Actor, work_id: int, *, now: dt.datetime) -> None:
    """Take back what this work stored. Raises: NotAllowed, NotFound; HangsOnIt; Conflict("undone_already")."""
    row = service.work_page(actor, work_id, now=now)
    if row.kind not in CHECKS or not row.result.get("batch_id"):
        raise NotFound("import")
    FILES[CHECKS[row.kind]].take_back(actor, row.result["batch_id"], now=now)


def taken_back(rows: Iterable[WorkRow]) -> set[int]:
    """Of these works those whose import was taken back."""
    numbers = {row.result["batch_id"]: row.id for row in rows if row.result.get("batch_id")}
    return {numbers[number] for number in batches.taken_back(numbers)} if numbers else set()


def kinds_for(actor: Actor) -> list[WorkKind]:
    """The kinds of files that the actor may import, as what checks them; a file is of a whole centre."""
    return [kind for kind in FILES if policy.reaches_centre(actor, *RIGHTS[kind])]
