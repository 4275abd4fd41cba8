"""What the commands that import a FILE share: its content, its map of columns, and how the outcome is told."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from scheduler.cli.refusals import BadInput
from scheduler.core.imports.sheets import MAX_BYTES, Imported

LINES_SHOWN = 40  # problems on a terminal; --json has all


def content_of(file: Path) -> bytes:
    """The bytes of a file. Raises: BadInput."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise BadInput(f"{file}: larger than {MAX_BYTES // 1_000_000} MB")
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error


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


def tell(file: Path, outcome: Imported, *, encoding: str, dry_run: bool, as_json: bool) -> None:
    """Say what came of it; with any problem in one line on standard error too, and exit code 2."""
    if as_json:
        click.echo(json.dumps(asdict(outcome) | {"dry_run": dry_run}, ensure_ascii=False))
    else:
        for problem in outcome.problems[:LINES_SHOWN]:
            click.echo(f"line {problem.line}, {problem.column or 'whole line'}: {problem.problem}")
        if len(outcome.problems) > LINES_SHOWN:
            click.echo(f"… and {len(outcome.problems) - LINES_SHOWN} more (--json shows all)")
        click.echo(
            f"{outcome.rows} rows ({encoding or 'unreadable'}): {outcome.new} new, {outcome.changed} changed,"
            f" {outcome.same} the same, {len(outcome.problems)} problems" + (" (dry run)" if dry_run else "")
        )
        if outcome.batch_id is not None:
            click.echo(f"import {outcome.batch_id}: `imports undo {outcome.batch_id}` takes it back")
    if outcome.problems:
        first = outcome.problems[0]
        click.echo(
            f"{file}: {len(outcome.problems)} problems, nothing stored;"
            f" the first: line {first.line}, {first.column or 'whole line'}: {first.problem}",
            err=True,
        )
        sys.exit(2)
