"""How the pages of campaigns, programmes, days, settings and people say who changed what."""

import datetime as dt
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from babel.support import LazyProxy

from scheduler.cohorts.terms import CohortCause
from scheduler.helpline.terms import CorrectionCause
from scheduler.privacy.queries.changes import changes_of
from scheduler.web.filters import moment, short_day
from scheduler.web.forms import BaseForm
from scheduler.web.i18n import _, _l, spelled_here

ACTIONS: Mapping[str, LazyProxy] = {
    "campaign made": _l("Campaign made"),
    "campaign changed": _l("Campaign changed"),
    "campaign calendar made": _l("Calendar address made"),
    "campaign calendar ended": _l("Calendar address ended"),
    "programme described": _l("Programme described"),
    "programme changed": _l("Programme changed"),
    "programme retired": _l("Programme retired"),
    "programme offered": _l("Programme offered again"),
    "reminder switched on": _l("Switched on"),
    "reminder switched off": _l("Switched off"),
    "holiday added": _l("Day added"),
    "calendar line added": _l("Line of the school calendar added"),
    "calendar line imported": _l("Line of the school calendar imported"),
    "day removed": _l("Removed from the list"),
    "day put back": _l("Put back into the list"),
    "certificate template changed": _l("Template of certificates changed"),
    "text of mails changed": _l("Text of mails changed"),
    "text of mails given back": _l("Back to Raspored's text"),
    "centre changed": _l("Settings of the centre changed"),
    "invited": _l("Invited"),
    "invitation accepted": _l("Invitation accepted"),
    "roles changed": _l("Roles changed"),
    "districts changed": _l("Districts changed"),
    "suspended": _l("Suspended"),
    "restored": _l("Restored"),
    "presenter created": _l("Profile made"),
    "skills changed": _l("Topics and languages changed"),
    "overnight wish changed": _l("Nights away from home changed"),
    "phone changed": _l("Phone number changed"),
    "photo given": _l("Photograph given"),
    "photo taken away": _l("Photograph taken away"),
    "name spelled": _l("Own name given in the other letters"),
    "training recorded": _l("Training noted"),
    "training taken back": _l("Training taken back"),
    "hours changed": _l("Usual hours changed"),
    "exception added": _l("Days added"),
    "exception removed": _l("Days removed"),
    "helpline figures entered": _l("Figures entered"),
    "helpline figures corrected": _l("Figures corrected"),
    "helpline figures signed off": _l("Figures signed off"),
    "helpline figures opened": _l("Figures opened for a correction"),
    "topics listed": _l("New list of topics made"),
    "list taken back": _l("List of topics taken back"),
    "cohort begun": _l("Cohort begun"),
    "cohort part added": _l("Part added"),
    "cohort size corrected": _l("Number of pupils corrected"),
    "cohort level reached": _l("Level reached"),
    "practice case changed": _l("Case changed"),
    "cohort given up": _l("Given up by the school"),
    "question worded": _l("Question worded"),
    "question taken out": _l("Question taken out"),
    "question edition begun": _l("New edition begun"),
    "questions asked": _l("Asking begun"),
    "questions stopped": _l("Asking stopped"),
    "sheet kept": _l("Sheet sent"),
    "sheet opened": _l("Sheet opened"),
}
CORRECTION_CAUSES: Mapping[str, LazyProxy] = {
    CorrectionCause.TYPING_SLIP: _l("A slip in typing"),
    CorrectionCause.COUNTED_TWICE: _l("Something was counted twice"),
    CorrectionCause.CAME_LATER: _l("Something was reported later"),
    CorrectionCause.OTHER_CODE: _l("It belongs to another topic or split"),
    CorrectionCause.OTHER_RULE: _l("The rule of counting changed"),
}
COHORT_CAUSES: Mapping[str, LazyProxy] = {
    CohortCause.JOINED: _l("Pupils joined"),
    CohortCause.LEFT: _l("Pupils left"),
    CohortCause.MISCOUNTED: _l("It was counted wrongly"),
}
WHY = {**CORRECTION_CAUSES, **COHORT_CAUSES}
LONGEST = 120  # letters of a text that a history shows


def history(things: Mapping[str, Collection[int] | None], form: BaseForm | None = None) -> list[dict[str, str]]:
    """What was changed, the newest first, as stops of a line; the form says what its fields and choices are called."""
    return [
        {
            "state": "done",
            "title": str(ACTIONS[one.action]),
            "text": " · ".join(
                part
                for part in (
                    moment(one.at),
                    spelled_here(one.who) or _("the product itself"),
                    *(_told(name, value, form) for name, value in one.told.items()),
                    *(_changed(name, old, new, form) for name, (old, new) in one.changes.items()),
                )
                if part
            ),
        }
        for one in changes_of(things, ACTIONS)
    ]


def _told(name: str, value: Any, form: BaseForm | None) -> str:
    said = _worded(value, _choices(form, "roles") | _choices(form, "districts"))
    if name == "from":
        return _("before: %(what)s", what=said)
    if name == "why":
        return str(WHY.get(value, value))
    return _("now: %(what)s", what=said) if name == "to" else said


def _changed(name: str, old: Any, new: Any, form: BaseForm | None) -> str:
    field, choices = form[name] if form is not None and name in form else None, _choices(form, name)
    label = str(field.label.text) if field is not None else str(PARTS.get(name, name))
    return _(
        "%(field)s: before %(old)s, now %(new)s", field=label, old=_worded(old, choices), new=_worded(new, choices)
    )


PARTS: Mapping[str, LazyProxy] = {
    "targets": _l("Targets"),
    "name_sr_cyrl": _l("Name in Cyrillic letters"),
    "name_sr_latn": _l("Name in Latin letters"),
    "name_en": _l("Name in English"),
    "no_lessons": _l("No lessons"),
    "last_day": _l("Last day"),
    "timetable_of": _l("Follows the timetable of"),
    "level": _l("Level"),
    "topics": _l("Topics"),
    "languages": _l("Languages"),
}


def _choices(form: BaseForm | None, name: str) -> dict[str, str]:
    field = form[name] if form is not None and name in form else None
    return {str(one.value): str(one.label) for one in getattr(field, "choices", None) or () if one.value}


def _worded(value: Any, choices: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return ", ".join(_worded(one, choices) for one in value) or _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value == "":
        return _("nothing")
    text = choices.get(str(value), str(value))
    with suppress(ValueError):
        return short_day(dt.date.fromisoformat(text))
    return f"“{text[:LONGEST]}…”" if len(text) > LONGEST else text
