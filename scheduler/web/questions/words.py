"""How a change is told: shares, the difference with its interval, the effect in words, and what it cannot say."""

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.core import language as words
from scheduler.questions.terms import MeasuredChange, QuestionChange, QuestionKind, Side
from scheduler.questions.wording import choice_words, size_words
from scheduler.web.i18n import _

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class ChangeView:
    """A question and its change in words; without a change it says why there is none."""

    text: str
    aim: str
    shown: bool
    before: str = ""
    after: str = ""
    difference: str = ""
    interval: str = ""
    effect: str = ""
    answers: str = ""
    spread: str = ""


def change_views(rows: Sequence[QuestionChange], language: str) -> list[ChangeView]:
    """Each question in its place."""
    return [_view(one, language) for one in rows]


def _view(one: QuestionChange, language: str) -> ChangeView:
    text, aim, change = one.question.text(language), _aim(one, language), one.change
    if change is None:
        return ChangeView(text, aim, shown=False)
    scale = one.question.kind is QuestionKind.AGREE
    return ChangeView(
        text,
        aim,
        shown=True,
        before=words.percent(change.before.share, language),
        after=words.percent(change.after.share, language),
        difference=_points(change.difference),
        interval=_("%(low)s to %(high)s", low=_points(change.low), high=_points(change.high)),
        effect=_effect(change, language),
        answers=_(
            "%(before)s before, %(after)s after",
            before=words.number(change.before.answers, language),
            after=words.number(change.after.answers, language),
        ),
        spread=_spread(change.before, change.after, language) if scale else "",
    )


def _aim(one: QuestionChange, language: str) -> str:
    """What counts as wished: of a scale its two steps at that end."""
    question, steps = one.question, choice_words(one.question, language)
    if question.kind is QuestionKind.CHOICE:
        return steps[question.aim - 1]
    return " / ".join(steps[:2] if question.aim == 1 else steps[-2:])


def _points(share: float) -> str:
    """+12, −3, 0: percentage points."""
    points = round(share * 100)
    return f"{'+' if points > 0 else MINUS if points < 0 else ''}{abs(points)}"


def _effect(change: MeasuredChange, language: str) -> str:
    size = size_words(language)[change.size]
    said = _("%(size)s (%(number)s)", size=size, number=_decimal(change.effect, language))
    if change.may_be_chance:
        return _("%(effect)s, may be chance", effect=said)
    return _("%(effect)s, away from the aim", effect=said) if change.difference < 0 else said


def _spread(before: Side, after: Side, language: str) -> str:
    """Means of a scale with their standard deviations."""
    return _(
        "mean %(before)s ± %(before_spread)s, then %(after)s ± %(after_spread)s of 5",
        before=_decimal(before.mean, language),
        before_spread=_decimal(before.spread, language),
        after=_decimal(after.mean, language),
        after_spread=_decimal(after.spread, language),
    )


def _decimal(value: float, language: str) -> str:
    told = words.number(round(abs(value), 2), language)
    return f"{MINUS}{told}" if round(value, 2) < 0 else told
