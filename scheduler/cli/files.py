"""What the commands that import a FILE share: its content, its map of columns, and how the outcome is told."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from scheduler.cli.refusals import BadInput
from scheduler.imports.parts import first_lines
from scheduler.imports.sheets import MAX_BYTES, WORKBOOK, Imported, Layout, LineProblem, read_table

LINES_SHOWN = 40  # problems on a terminal; --json has all
READ = 10  # of a hundred: how far an import is once its file is read
HINTS = {  # what to do about a problem, where its code does not say it
    "unknown_municipality": "write it as the list of municipalities does",
    "several_municipalities": 'write the city with it ("Niš - Palilula"), or add a column with postcode or district',
    "not_in_this_district": "municipality and district do not fit: mend one of them",
    "several_codes": "write the number with its zeros, as the register does",
    "twice_in_the_file": "delete one of the two lines, or correct its number",
    "broken_letters": 'a wrong encoding: save the original as "CSV UTF-8" or XLSX',
    "not_text": "save the file as UTF-8",
    "identity_number": "delete the personal number: none is stored",
    "personal_numbers": "delete this column: no personal number is stored",
    "names_of_pupils": "delete this column: no pupil's name is stored",
    "formula_failed": "mend the formula, or write the value",
    "formula_without_result": "open and save the file in a spreadsheet, or write the value",
    "unknown_kind": "name it on the page Imports, or write osnovna škola, srednja škola, gimnazija, dom učenika …",
    "a_spreadsheet_not_csv": "save it as XLSX or CSV",
    "mixed_scripts": "a word mixes Latin and Cyrillic letters: type it anew",
    "no_such_column": "add the column, or name yours by --map",
}


def content_of(file: Path) -> bytes:
    """The bytes of a file. Raises: BadInput."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise BadInput(f"{file}: larger than {MAX_BYTES // 1_000_000} MB: divide it into several files")
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error


def _nobody(_done: int, _total: int) -> None:
    """Nobody watches."""


class ImportBar:
    """How far an import is, on a terminal; `shown` is None where nobody looks."""

    def __init__(self, shown: Any) -> None:
        self.shown = shown
        self.tell: Callable[[int, int], None] = _nobody if shown is None else self._tell

    def compares(self) -> None:
        """The file is read."""
        if self.shown is not None:
            self.shown.label = "Comparing"
            self.shown.update(READ - self.shown.pos)

    def _tell(self, done: int, total: int) -> None:
        self.shown.label = "Storing"
        self.shown.update(max(0, READ + (100 - READ) * done // max(total, 1) - self.shown.pos))


@contextmanager
def progress(*, as_json: bool) -> Iterator[ImportBar]:
    """A bar on standard error while a file is taken in; nothing with --json, or where no terminal is."""
    if as_json or not on_a_terminal():
        yield ImportBar(None)
        return
    with click.progressbar(length=100, label="Reading", file=sys.stderr) as shown:
        yield ImportBar(shown)
        shown.label = "Done"
        shown.update(100 - shown.pos)


def on_a_terminal() -> bool:
    """Whether somebody sees what a command says while it works."""
    return sys.stdout.isatty() and sys.stderr.isatty()


def can_be_asked() -> bool:
    """Whether somebody sits there who can answer."""
    return on_a_terminal() and sys.stdin.isatty()


def seen_of(content: bytes, layout: Layout, columns: Mapping[str, str] | None) -> dict[str, Any]:
    """What a file's owner does not see: columns that are not read, hidden lines and sheets, cells with formulas."""
    seen: dict[str, Any]
    if content.startswith(WORKBOOK):
        table = read_table(content, layout, columns)
        seen = {"not_read": list(table.unread), "hidden_lines": table.hidden, "formulas": table.formulas}
        seen |= {"hidden_sheets": list(table.hidden_sheets)}
    else:  # of a text its headings say it: its lines are not read once more
        begins = first_lines(content, layout, columns or {}, 0)
        seen = {"not_read": [one for one in begins.every if one not in begins.headings]}
    return {name: said for name, said in seen.items() if said}


def tell_seen(seen: Mapping[str, Any]) -> None:
    """The same in words."""
    if headings := seen.get("not_read"):
        click.echo(f"columns that are not read: {', '.join(headings)}")
    if lines := seen.get("hidden_lines"):
        click.echo(f"{lines} hidden lines of the spreadsheet are read all the same")
    if cells := seen.get("formulas"):
        click.echo(f"{cells} cells hold formulas: what they showed when the file was saved is read")
    if sheets := seen.get("hidden_sheets"):
        click.echo(f"hidden sheets are not read: {', '.join(sheets)}")


def problem_line(problem: LineProblem) -> str:
    """Line, column, what is wrong, and what to do where that is not plain."""
    hint = HINTS.get(problem.problem)
    told = f"line {problem.line}, {problem.column or 'whole line'}: {problem.problem}"
    return f"{told} ({hint})" if hint else told


def column_map(file: Path | None) -> dict[str, str] | None:
    """{their column: our field} from a JSON file. Raises: BadInput."""
    if file is None:
        return None
    try:
        columns: Any = json.loads(content_of(file))
    except ValueError as error:
        raise BadInput(f"{file}: not JSON: {error}") from error
    if not isinstance(columns, dict) or not all(isinstance(ours, str) for ours in columns.values()):
        raise BadInput(f'{file}: wanted {{"their column": "our field"}}')
    return columns


def tell(
    file: Path, outcome: Imported, *, encoding: str, dry_run: bool, as_json: bool, seen: Mapping[str, Any]
) -> None:
    """Say what came of it; with any problem in one line on standard error too, and exit code 2."""
    if as_json:
        click.echo(json.dumps(asdict(outcome) | {"dry_run": dry_run} | dict(seen), ensure_ascii=False))
    else:
        tell_seen(seen)
        for problem in outcome.problems[:LINES_SHOWN]:
            click.echo(problem_line(problem))
        if len(outcome.problems) > LINES_SHOWN:
            click.echo(f"… and {len(outcome.problems) - LINES_SHOWN} more (--json shows all)")
        click.echo(
            f"{outcome.rows} rows ({encoding or 'unreadable'}): {outcome.new} new, {outcome.changed} changed,"
            f" {outcome.same} the same, {len(outcome.problems)} problems" + (" (dry run)" if dry_run else "")
        )
        if outcome.batch_id is not None:
            click.echo(f"import {outcome.batch_id}: `imports undo {outcome.batch_id}` takes it back")
    end_with_problems(file, outcome.problems)


def end_with_problems(file: Path, problems: Sequence[LineProblem]) -> None:
    """With any problem nothing is stored: one line on standard error, and exit code 2."""
    if problems:
        first = problem_line(problems[0])
        click.echo(f"{file}: {len(problems)} problems, nothing stored; the first: {first}", err=True)
        sys.exit(2)
