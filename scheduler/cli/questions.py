"""The command `questions change`: what has changed, and what listeners said after, as JSON."""

import dataclasses
import datetime as dt
import json
from typing import Any

import click
from flask import Flask

from scheduler.cli.people import centre_of
from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.core import clock
from scheduler.policy import SYSTEM
from scheduler.questions.queries import figures
from scheduler.questions.queries.sets import editions_of, programmes_with_questions
from scheduler.questions.terms import MeasuredChange, QuestionChange, SaidAfter, Side

group = CommandGroup("questions", help="Questions before and after a presentation: sums, nobody's answers.")
DAY = click.DateTime(["%Y-%m-%d"])


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("change")
@click.option("--from", "first", type=DAY, required=True, help="First day, like 2026-09-01.")
@click.option("--to", "last", type=DAY, required=True, help="Last day, itself included.")
@click.option("--centre", "slug", help="Slug of the centre; needed only when there are several.")
@click.option("--programme", metavar="SLUG", help="Only one programme.")
def change(first: dt.datetime, last: dt.datetime, slug: str | None, programme: str | None) -> None:
    """Each question of each edition: shares before and after, the difference with its 95 % interval, the effect.

    Classes with fewer than five answers on a side are in no sum; a class counts from two weeks after its visit on.
    """
    centre_id, today = centre_of(slug).id, clock.local_day(clock.now())
    actor = dataclasses.replace(SYSTEM, centre_id=centre_id)
    days = first.date(), last.date()
    rows = programmes_with_questions(actor)
    if programme is not None and programme not in {one.slug for one in rows}:
        raise BadInput(f"--programme {programme}: there are {', '.join(one.slug for one in rows) or 'none'}")
    told = [
        {
            "programme": row.slug,
            "edition": asked.edition,
            "questions": [_change(one) for one in figures.changes_of_programme(actor, asked, *days, today)],
        }
        for row in rows
        if row.newest is not None and programme in (None, row.slug)
        for asked in editions_of(row.programme_id)
    ]
    said = [
        _said(one) for one in figures.said_after(centre_id, *days, today) if programme in (None, one.programme_slug)
    ]
    period = {"from": days[0].isoformat(), "to": days[1].isoformat()}
    click.echo(json.dumps({"period": period, "change": told, "said_after": said}, ensure_ascii=False, indent=1))


def _change(one: QuestionChange) -> dict[str, Any]:
    question = {"place": one.question.place, "question": one.question.text_en, "kind": one.question.kind}
    return question | {"change": _measured(one.change) if one.change else None}


def _measured(change: MeasuredChange) -> dict[str, Any]:
    return {
        "before": _side(change.before),
        "after": _side(change.after),
        "difference": round(change.difference, 4),
        "interval_95": [round(change.low, 4), round(change.high, 4)],
        "effect": round(change.effect, 3),
        "size": change.size,
        "may_be_chance": change.may_be_chance,
        "classes": change.groups,
    }


def _side(side: Side) -> dict[str, Any]:
    return {name: round(value, 4) for name, value in vars(side).items()}


def _said(one: SaidAfter) -> dict[str, Any]:
    return {
        "programme": one.programme_slug,
        "edition": one.edition,
        "question": one.question.text_en,
        "answers": one.answers,
        "as_wished": one.as_wished,
    }
