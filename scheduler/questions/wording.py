"""How answers and effects are called in a language, on pages and on papers alike."""

from collections.abc import Mapping

from scheduler.core.language import translator
from scheduler.questions.terms import EffectSize, QuestionKind, QuestionRow, RoundMoment


def steps_of_agreeing(lang: str) -> list[str]:
    """How much somebody agrees, from not at all to entirely."""
    _ = translator(lang).gettext
    return [
        _("I do not agree at all"),
        _("I rather disagree"),
        _("Neither yes nor no"),
        _("I rather agree"),
        _("I agree entirely"),
    ]


def choice_words(question: QuestionRow, lang: str) -> list[str]:
    """What a listener chooses from, the first choice first."""
    return steps_of_agreeing(lang) if question.kind is QuestionKind.AGREE else question.own_choices(lang)


def moment_words(lang: str) -> Mapping[RoundMoment, str]:
    """When a class is asked."""
    _ = translator(lang).gettext
    return {RoundMoment.BEFORE: _("Before the presentation"), RoundMoment.AFTER: _("After the presentation")}


def size_words(lang: str) -> Mapping[EffectSize, str]:
    """How large an effect is called."""
    _ = translator(lang).gettext
    return {
        EffectSize.NONE: _("hardly any effect"),
        EffectSize.SMALL: _("small effect"),
        EffectSize.MEDIUM: _("medium effect"),
        EffectSize.LARGE: _("large effect"),
    }
