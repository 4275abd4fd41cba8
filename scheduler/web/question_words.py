"""What questions refuse, in words; `WORDS` (web/reasons.py) holds them with all others."""

from babel.support import LazyProxy

from scheduler.core.errors import Reason
from scheduler.questions.terms import QuestionReason
from scheduler.web.i18n import _l

QUESTION_WORDS: dict[Reason, LazyProxy] = {
    QuestionReason.CHOICES_DIFFER: _l("Write as many choices in English as in Serbian, or none."),
    QuestionReason.CHOICES_OUT_OF_RANGE: _l("Write two to five choices, one a line."),
    QuestionReason.AIM_OF_NO_CHOICE: _l(
        "Choose which answer the programme works towards; of agreeing the first or the fifth."
    ),
    QuestionReason.SET_IS_FULL: _l("Take a question out first: nobody answers more than seven."),
    QuestionReason.SET_TOO_SHORT: _l("Write at least three questions, then begin to ask."),
    QuestionReason.ROUND_NOT_OPEN: _l("Ask your teacher: these questions are not open now."),
    QuestionReason.ROUND_IS_FULL: _l(
        "Tell the presenter: more answers came than a class has, and no more are counted."
    ),
    QuestionReason.NOTHING_ANSWERED: _l("Choose an answer of at least one question."),
    QuestionReason.SUMS_OVER_SHEETS: _l("Count this question again: it has more answers than there are sheets."),
    QuestionReason.FIGURES_STAND: _l("Leave the sums as they are: two weeks after the visit they stand."),
}
