"""What the forms of a booking offer to choose from: programmes, audiences, levels, municipalities."""

from collections.abc import Container, Iterable
from functools import cache

from wtforms.fields import SelectChoice

from scheduler.places import queries as place_queries
from scheduler.places.terms.hosts import HostRow
from scheduler.programmes.rules import fits_school
from scheduler.programmes.terms import Audience, ProgrammeRow, SchoolLevel
from scheduler.requests.rules.school_request import levels_at
from scheduler.web.forms import choices_of
from scheduler.web.i18n import _, page_language
from scheduler.web.labels import AUDIENCES
from scheduler.web.requests import words
from scheduler.web.requests.forms import PresentationForm, WhatForm, WhoForm


def levels_of(host: HostRow | None) -> frozenset[SchoolLevel]:
    """What a host of the register teaches."""
    return levels_at(host.teaches_primary, host.teaches_secondary) if host else frozenset()


def furnish_presentations(form: WhoForm, programme: ProgrammeRow, levels: frozenset[SchoolLevel]) -> None:
    """Offer the audiences that the programme is for and the levels that the host teaches."""
    for entry in form.presentations:
        furnish_sitting(entry.form, programme, levels)


def furnish_sitting(form: PresentationForm, programme: ProgrammeRow, levels: frozenset[SchoolLevel]) -> None:
    """The same for one sitting."""
    audiences, offered = _offered_of(frozenset(programme.audiences), levels)
    form.audience.choices, form.level.choices = [*audiences], [*offered]


@cache
def _offered_of(
    audiences: frozenset[Audience], levels: frozenset[SchoolLevel]
) -> tuple[list[SelectChoice], list[SelectChoice]]:
    offered = {level: word for level, word in words.LEVELS.items() if level in (levels or {*SchoolLevel})}
    offered.pop(SchoolLevel.NONE, None)
    return choices_of({one: word for one, word in AUDIENCES.items() if one in audiences}), choices_of(offered)


def furnish_programmes(form: WhatForm, rows: Iterable[ProgrammeRow]) -> None:
    """Offer the programmes."""
    form.programme.choices = programme_choices(rows)


def programmes_for(
    rows: Iterable[ProgrammeRow], levels: frozenset[SchoolLevel], chosen: Container[str]
) -> list[ProgrammeRow]:
    """Those that a school of these levels is offered, and what it has chosen all the same."""
    return [row for row in rows if fits_school(row, levels) or str(row.id) in chosen]


def programme_choices(rows: Iterable[ProgrammeRow]) -> list[SelectChoice]:
    """Programmes by their name in the page's language."""
    language = page_language()
    return [SelectChoice(str(row.id), row.name(language)) for row in rows]


def municipality_choices() -> list[SelectChoice]:
    """All municipalities under their districts, in the page's script; the first choice is none."""
    language = page_language()
    return [SelectChoice("", _("Choose"))] + [
        SelectChoice(str(row.id), row.name(language), optgroup=row.district(language))
        for row in place_queries.municipalities(language)
    ]
