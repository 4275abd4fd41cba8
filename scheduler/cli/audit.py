"""Commands of the audit: `audit seal`, `audit verify`."""

import json
import sys
from dataclasses import asdict

import click
from flask import Flask

from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.config import settings
from scheduler.core import clock, seals
from scheduler.core.seals import Broken, Fault, Head, Verified

FAULTS = {
    Fault.ALTERED: "does not hold what was sealed: it was altered or replaced",
    Fault.CUT: "does not follow the record before it: at least one between them was deleted, or this one was replaced",
    Fault.INSERTED: "has no seal although later records have: it was put in between, or written over",
    Fault.GONE: "is not there, although a head kept outside of the database names it: the end was cut off",
    Fault.UNREADABLE: "cannot be read: its moment is none, or its bytes are no text; it was written past the product",
    Fault.RESEALED: "has another seal than the head kept outside of the database: the chain was computed anew",
}

group = CommandGroup("audit", help="The record of who did what, sealed.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("seal")
def seal() -> None:
    """Seal the newest records now, as the worker does each minute. Exit code 1: one cannot be read, it waits there."""
    done = seals.seal_and_keep(settings().instance, now=clock.now())
    if done.stopped:
        click.echo(f"{break_in_words(done.stopped)} Nothing after that is sealed.")
        sys.exit(1)
    click.echo(f"sealed up to record {done.head.record_id}" if done.head else "nothing to seal")


@group.command("verify")
@click.option("--head", "kept", help="A head from a mail, NUMBER:CHAIN: is it still in the chain?")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def verify(kept: str | None, as_json: bool) -> None:
    """Check the seal of every record, and the heads kept in the instance's folder. Exit code 1 names the first break.

    Not noticed: a record written by SQL at the end as if the product had written it; records of the last minute that
    are changed before they have their seal; a chain computed anew by who can also write to the file of heads, unless
    --head is given one that was mailed before.
    """
    known = [*seals.heads_in(settings().instance), *([_head_typed(kept)] if kept else [])]
    found = seals.verify(now=clock.now(), heads=known)
    if as_json:
        click.echo(json.dumps(asdict(found) | {"well": found.well}, default=str))
    else:
        _tell(found, len(known))
    sys.exit(0 if found.well else 1)


def _head_typed(typed: str) -> Head:
    number, _, chain = typed.strip().partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and len(chain) == 64):
        raise BadInput("--head: wanted NUMBER:CHAIN as the mail says it")
    return Head(int(number), chain)


def _tell(found: Verified, heads: int) -> None:
    if found.broken:
        click.echo(break_in_words(found.broken))
        return
    if found.late_since:
        click.echo(f"Records wait for their seal since {found.late_since:%Y-%m-%d %H:%M} UTC: does the worker run?")
    head = f", the head is {found.head.record_id}:{found.head.chain}" if found.head else ""
    click.echo(
        f"{found.sealed} records fit their seals{head}; {found.blanked} of them blanked by an erasure,"
        f" {found.unsealed} not sealed yet; {heads} heads kept outside agree"
    )


def break_in_words(broken: Broken) -> str:
    """The first broken record in one sentence."""
    before = f"the last one that fits is {broken.after_id}" if broken.after_id else "none before it fits"
    return f"Record {broken.record_id} {FAULTS[broken.fault]}; {before}."
