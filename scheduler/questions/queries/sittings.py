"""Presentations whose listeners are asked: of a visit, and behind a code."""

import hmac
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from scheduler import policy
from scheduler.config import settings
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.models import Centre
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.questions.models import AnswerSum, QuestionRound, QuestionSet
from scheduler.questions.queries.sets import newest_sets, sets_by_id
from scheduler.questions.rules.sets import code_of, expected_of
from scheduler.questions.terms import AskedSitting, RoundMoment, RoundRow, SetRow
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.queries.agenda import readers_in_crew
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import HELD_STATES, STAFFED

_ASKED_IN = (*STAFFED, *HELD_STATES)
_OF_PRESENTATION = ("ordinal", "uid", "audience", "on_day", "starts_local", "zone", "starts_at", "ends_at", "classes")
_SITTINGS: Select[Any] = (
    select(
        Presentation.id.label("presentation_id"),
        *(getattr(Presentation, name) for name in _OF_PRESENTATION),
        Presentation.expected_pupils,
        Presentation.expected_parents,
        Presentation.expected_teachers,
        Visit.id.label("visit_id"),
        Visit.number.label("visit_number"),
        Visit.centre_id,
        Visit.host_id,
        Visit.programme_id,
        Programme.slug.label("programme_slug"),
        Programme.name_sr_cyrl.label("programme_sr_cyrl"),
        Programme.name_en.label("programme_en"),
        Programme.group_size,
        Host.name_sr_cyrl.label("host_sr_cyrl"),
        Host.name_sr_latn.label("host_sr_latn"),
        Centre.name_sr_cyrl.label("centre_sr_cyrl"),
        Centre.name_en.label("centre_en"),
    )
    .select_from(Presentation)
    .join(Visit, Visit.id == Presentation.visit_id)
    .join(Programme, Programme.id == Visit.programme_id)
    .join(Host, Host.id == Visit.host_id)
    .join(Centre, Centre.id == Visit.centre_id)
    .where(Presentation.state.in_(_ASKED_IN))
    .order_by(Presentation.ordinal)
)


def sittings_of(actor: Actor, number: str) -> tuple[VisitRow, list[AskedSitting]]:
    """A visit and those of its presentations whose listeners are asked, for its crew and the staff of its centre.

    Raises: NotAllowed, NotFound.
    """
    visit = visit_for(actor, number)
    crew = readers_in_crew(visit.id) if actor.presenter_id is not None else ()
    policy.require(actor, "show", "answers", centre=policy.spot(visit), presenters=crew)
    return visit, _sittings(_SITTINGS.where(Visit.id == visit.id))


def sitting_of(actor: Actor, number: str, ordinal: int) -> AskedSitting:
    """One of them. Raises: NotAllowed, NotFound."""
    for one in sittings_of(actor, number)[1]:
        if one.ordinal == ordinal:
            return one
    raise NotFound("presentation")


def sitting_behind(number: str, ordinal: int, code: str) -> tuple[AskedSitting, RoundMoment]:
    """What a code opens. Raises: NotFound, for a wrong code as if there were no such visit."""
    if not number.isprintable() or not code.isascii():
        raise NotFound("questions")
    found = _sittings(_SITTINGS.where(Visit.number == number, Presentation.ordinal == ordinal))
    for moment in RoundMoment if found else ():
        if hmac.compare_digest(code_of(found[0].uid, moment, settings().secret_key), code):
            return found[0], moment
    raise NotFound("questions")


def is_asked_at(visit_id: int) -> bool:
    """Whether listeners of a visit are asked anything; for a link on its page. One question."""
    return bool(db.session().scalar(select(asked_at(visit_id))))


def asked_at(visit_id: int) -> ColumnElement[bool]:
    """The same, as a part of another question."""
    set_of_programme = (
        select(QuestionSet.id)
        .join(Visit, Visit.programme_id == QuestionSet.programme_id)
        .where(Visit.id == visit_id, QuestionSet.is_asked)
    )
    rounds = (
        select(QuestionRound.id)
        .join(Presentation, Presentation.id == QuestionRound.presentation_id)
        .where(Presentation.visit_id == visit_id)
    )
    return set_of_programme.exists() | rounds.exists()


def set_of(sitting: AskedSitting) -> SetRow:
    """The questions that the listeners of a presentation are asked."""
    return sets_by_id([sitting.set_id])[sitting.set_id]


def paper_sums(sitting: AskedSitting, moment: RoundMoment) -> dict[int, dict[int, int]]:
    """{question: {choice: how often}} as counted on paper so far; the caller has checked the right."""
    wanted = (
        select(AnswerSum.question_id, AnswerSum.choice, AnswerSum.paper)
        .join(QuestionRound, QuestionRound.id == AnswerSum.round_id)
        .where(QuestionRound.presentation_id == sitting.presentation_id, QuestionRound.moment == moment)
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for row in db.session().execute(wanted):
        found[row.question_id][row.choice] = row.paper
    return found


def _sittings(wanted: Select[Any]) -> list[AskedSitting]:
    rows = [_sitting(row._asdict()) for row in db.session().execute(wanted)]
    if not rows:
        return []
    rounds = _rounds_of([one.presentation_id for one in rows])
    begun = sets_by_id({set_id for set_id, _rounds in rounds.values()})
    newest = newest_sets({one.programme_id for one in rows})
    found = []
    for one in rows:
        set_id, of_moment = rounds.get(one.presentation_id, (0, {}))
        asked = begun.get(set_id) or newest.get(one.programme_id)
        if asked is not None and (set_id or asked.is_asked):
            found.append(replace(one, set_id=asked.id, edition=asked.edition, rounds=of_moment))
    return found


def _sitting(row: dict[str, Any]) -> AskedSitting:
    pupils, parents, teachers = (row.pop(f"expected_{who}") for who in ("pupils", "parents", "teachers"))
    return AskedSitting(**row, expected=expected_of(row["audience"], pupils, parents, teachers))


def _rounds_of(presentation_ids: Collection[int]) -> dict[int, tuple[int, dict[RoundMoment, RoundRow]]]:
    columns = QuestionRound.phone, QuestionRound.paper, QuestionRound.announced, QuestionRound.most
    wanted = select(QuestionRound.presentation_id, QuestionRound.set_id, QuestionRound.moment, *columns)
    found: dict[int, tuple[int, dict[RoundMoment, RoundRow]]] = {}
    for row in db.session().execute(wanted.where(QuestionRound.presentation_id.in_(presentation_ids))):
        found.setdefault(row.presentation_id, (row.set_id, {}))[1][row.moment] = RoundRow(*row[3:])
    return found
