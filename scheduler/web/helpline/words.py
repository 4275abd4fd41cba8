"""What the pages of the helpline's figures call each number, each split and each reason."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from babel.support import LazyProxy

from scheduler.core.language import month_and_year
from scheduler.helpline.rules import MONTHS_OF, NOT_KNOWN, codes_of
from scheduler.helpline.terms import (
    CodeList,
    Disagreement,
    HelplineMargin,
    PublicFigures,
)
from scheduler.helpline.wording import code_names
from scheduler.places.models import District
from scheduler.web.filters import number
from scheduler.web.i18n import _, _l, page_language

TOTAL_WORDS: dict[str, LazyProxy] = {
    "communications": _l("Communications"),
    "calls": _l("Calls to the free phone"),
    "mails": _l("E-mails"),
    "chats": _l("Chat"),
    "forms": _l("Forms of the web page"),
    "cases": _l("Cases formed"),
    "advisory": _l("Advisory"),
    "forwarded": _l("Forwarded"),
    "to_police": _l("High-Tech Crime Department of the police"),
    "to_prosecutor": _l("High-Tech Crime Prosecutor's Office"),
    "to_social_work": _l("Centre for social work"),
    "to_health": _l("Health institution"),
    "to_education": _l("School or educational authority"),
    "to_others": _l("Another institution"),
}
COLUMN_WORDS = TOTAL_WORDS | {"calls": _l("By phone"), "forms": _l("Forms"), "cases": _l("Cases")}  # in a table of many
SPLITS: Mapping[str, LazyProxy] = {
    "month": _l("Communications by month"),
    "month_cases": _l("Cases by month"),
    "channel": _l("Communications by channel"),
    "outcome": _l("Cases by outcome"),
    "forwarded_to": _l("Forwarded cases, by whom they were taken over"),
    "age": _l("Communications by age of the child"),
    "caller": _l("Communications by who reached us"),
    "topic": _l("Cases by topic"),
    "act": _l("Forwarded cases by criminal act"),
    "district": _l("Communications by district"),
}
CODES: Mapping[str, LazyProxy] = {
    "age.under_7": _l("under 7"),
    "age.from_7": _l("7 to 10"),
    "age.from_11": _l("11 to 14"),
    "age.from_15": _l("15 to 17"),
    "age.adult": _l("18 and over"),
    "caller.child": _l("Child or young person"),
    "caller.parent": _l("Parent or guardian"),
    "caller.school_staff": _l("Teacher or school staff"),
    "caller.other_professional": _l("Another professional"),
    "caller.other_person": _l("Somebody else"),
}


def disagreement(one: Disagreement) -> str:
    """A sum that disagrees, with both numbers."""
    said, parts = number(one.said), number(one.parts)
    if one.most:
        return _(
            "%(split)s: the parts make %(parts)s, but the total is %(said)s.",
            split=str(SPLITS[one.name]),
            parts=parts,
            said=said,
        )
    return _("The parts make %(parts)s, but %(said)s stands here.", parts=parts, said=said)


def all_codes(codes: CodeList, districts: Mapping[str, District]) -> dict[HelplineMargin, dict[str, str]]:
    """{margin: {code: its name}}, in order."""
    names = {key: str(word) for key, word in CODES.items()} | code_names(codes, districts, page_language())
    return {
        margin: {code: names[f"{margin}.{code}"] for code in codes_of(margin, codes, tuple(districts))}
        for margin in HelplineMargin
    }


def split_rows(said: Mapping[str, int], total: int, names: Mapping[str, str]) -> list[object]:
    """The lines of a split that count something, the largest first, and what of its total is not known."""
    rows: list[object] = [
        {"label": names.get(code, code), "number": number}
        for code, number in sorted(said.items(), key=lambda one: -one[1])
        if number
    ]
    rest = total - sum(said.values())
    return [*rows, {"label": _("not known"), "number": rest}] if rest else rows


def public_splits(one: PublicFigures, codes: CodeList, districts: Mapping[str, District]) -> list[dict[str, object]]:
    """The tables of a publication: totals first, then each split."""
    names = {
        f"{margin}.{code}": name
        for margin, split in all_codes(codes, districts).items()
        for code, name in split.items()
    }
    tables: dict[str, list[dict[str, Any]]] = {}
    for cell in one.numbers:
        if cell.number != 0:
            label = names.get(f"{cell.margin}.{cell.code}") or _label(cell.margin, cell.code)
            tables.setdefault(cell.margin, []).append({"label": label, "number": cell.number})
    return [
        {
            "heading": str(SPLITS.get(margin, _("Totals"))),
            "rows": rows if margin in (*MONTHS_OF, "total") else sorted(rows, key=lambda row: -(row["number"] or 0)),
        }
        for margin, rows in tables.items()
        if [row["label"] for row in rows] != [_("not known")]
    ]


def _label(margin: str, code: str) -> str:
    if margin in MONTHS_OF:
        return month_and_year(dt.date.fromisoformat(code), page_language())
    return _("not known") if code == NOT_KNOWN else str(TOTAL_WORDS[code])
