"""What reached the helpline, what became of it and what it was about, in words."""

from collections.abc import Iterable, Mapping

from scheduler.core.language import number, span_of_days, translator
from scheduler.helpline.rules import NOT_KNOWN
from scheduler.helpline.terms import CaseOutcome, ForwardedTo, HelplineChannel, HelplineMargin
from scheduler.helpline.wording import forwarded_names
from scheduler.profiles.rules import month_of, mostly, statement
from scheduler.profiles.terms import (
    HelplineShare,
    NumberOrigin,
    ProfileSection,
    RowsBehind,
    Statement,
    StatementPart,
)
from scheduler.profiles.wording.pieces import columns_of, number_part, picture_of, series_of, visits_of, with_numbers
from scheduler.reports.terms.counting import Period


def helpline(one: HelplineShare | None, codes: Mapping[str, str], lang: str) -> ProfileSection | None:
    """What reached the helpline, what became of it and what it was about; none where nothing is told."""
    if one is None or not one.numbers.get("communications"):
        return None
    _ = translator(lang).gettext
    said = [_communications(one, lang), *_cases(one, lang), *_parts_named(one, codes, lang)]
    if one.several_lists:
        said.append(
            statement(_("These figures are counted by several versions of the topics: names may differ in meaning."))
        )
    picture = picture_of(_("Communications by month"), _("Communications"), one.by_month, lang)
    columns = columns_of(picture, one.by_month, lambda day: _of_days(month_of(day, _whole_of(one))))
    return ProfileSection(_("Helpline and hotline"), tuple(said), picture, columns)


def _whole_of(one: HelplineShare) -> Period:
    return Period(one.days[0].first, one.days[-1].last)


def _of_days(days: Period) -> NumberOrigin:
    return NumberOrigin(RowsBehind.HELPLINE, visits_of(days).query)


def periods_of(one: HelplineShare) -> NumberOrigin:
    """Where staff find the periods of which the figures are."""
    return _of_days(_whole_of(one))


def _communications(one: HelplineShare, lang: str) -> Statement:
    ngettext, total = translator(lang).ngettext, one.numbers["communications"] or 0
    days = ", ".join(span_of_days(span.first, span.last, lang) for span in one.days)
    num = StatementPart(number(total, lang), periods_of(one))
    parts = _parts(one, _channels(one, lang), lang)
    if not parts:
        form = ngettext(
            "%(num)s communication reached the helpline (%(days)s).",
            "%(num)s communications reached the helpline (%(days)s).",
            total,
        )
        return statement(form, num=num, days=days)
    form = ngettext(
        "%(num)s communication reached the helpline (%(days)s): %(parts)s.",
        "%(num)s communications reached the helpline (%(days)s): %(parts)s.",
        total,
    )
    return statement(form, num=num, days=days, parts=series_of(parts, lang))


def _channels(one: HelplineShare, lang: str) -> dict[str, str]:
    ngettext = translator(lang).ngettext
    told = {name: one.numbers.get(name) or 0 for name in HelplineChannel}
    return {
        HelplineChannel.CALLS: ngettext("%(num)s call", "%(num)s calls", told[HelplineChannel.CALLS]),
        HelplineChannel.MAILS: ngettext("%(num)s e-mail", "%(num)s e-mails", told[HelplineChannel.MAILS]),
        HelplineChannel.CHATS: ngettext("%(num)s chat", "%(num)s chats", told[HelplineChannel.CHATS]),
        HelplineChannel.FORMS: ngettext(
            "%(num)s form of the web page", "%(num)s forms of the web page", told[HelplineChannel.FORMS]
        ),
    }


def _parts(one: HelplineShare, forms: Mapping[str, str], lang: str) -> list[StatementPart]:
    """The parts of a total that count something; none of them where one is not shown."""
    told = {name: one.numbers.get(name, 0) for name in forms}
    if None in told.values():
        return []
    return [number_part(forms[name], value, lang, periods_of(one)) for name, value in told.items() if value]


def _cases(one: HelplineShare, lang: str) -> list[Statement]:
    ngettext, total = translator(lang).ngettext, one.numbers.get("cases")
    if not total:
        return []
    advisory, forwarded = (one.numbers.get(name) or 0 for name in CaseOutcome)
    forms: dict[str, str] = {
        CaseOutcome.ADVISORY: ngettext("%(num)s advisory", "%(num)s advisory", advisory),
        CaseOutcome.FORWARDED: ngettext("%(num)s forwarded", "%(num)s forwarded", forwarded),
    }
    num, parts = StatementPart(number(total, lang), periods_of(one)), _parts(one, forms, lang)
    if not parts:
        form = ngettext("%(num)s case was formed from them.", "%(num)s cases were formed from them.", total)
        return [statement(form, num=num)]
    form = ngettext(
        "%(num)s case was formed from them: %(parts)s.", "%(num)s cases were formed from them: %(parts)s.", total
    )
    return [statement(form, num=num, parts=series_of(parts, lang))]


def _parts_named(one: HelplineShare, codes: Mapping[str, str], lang: str) -> list[Statement]:
    """Who took cases over, what they were mostly about, and under which criminal acts they fell."""
    _ = translator(lang).gettext
    forwarded, topics = _whole(one, ForwardedTo), _split(one, _codes(one, HelplineMargin.TOPIC))
    acts, named = _whole(one, _codes(one, HelplineMargin.ACT)), forwarded_names(lang)
    lines = [
        (_("Forwarded to: %(parts)s."), [(named[ForwardedTo(name)], value) for name, value in forwarded.items()]),
        (_("Mostly about: %(parts)s."), [(codes[name], value) for name, value in mostly(topics)]),
        (_("Forwarded by criminal act: %(parts)s."), [(codes[name], value) for name, value in acts.items()]),
    ]
    return [statement(form, parts=with_numbers(rows, periods_of(one), lang)) for form, rows in lines if rows]


def _codes(one: HelplineShare, margin: HelplineMargin) -> list[str]:
    return [name for name in one.numbers if name.startswith(f"{margin}.") and not name.endswith(f".{NOT_KNOWN}")]


def _split(one: HelplineShare, names: Iterable[str]) -> dict[str, int]:
    """What is shown of a split, the largest first."""
    told = {name: value for name in names if (value := one.numbers.get(name))}
    return dict(sorted(told.items(), key=lambda row: -row[1]))


def _whole(one: HelplineShare, names: Iterable[str]) -> dict[str, int]:
    """A split of which every number is shown; nothing of any other, for a part would read as the whole."""
    asked = list(names)
    return _split(one, asked) if None not in [one.numbers.get(name, 0) for name in asked] else {}
