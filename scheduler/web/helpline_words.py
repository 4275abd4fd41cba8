"""What a file of the helpline's figures refuses, in words."""

from babel.support import LazyProxy

from scheduler.core.errors import GroundReason
from scheduler.helpline.terms import HelplineReason
from scheduler.web.i18n import _l
from scheduler.web.reasons import sentence_of

HELPLINE_LINES: dict[str, LazyProxy] = {  # of a file that is imported
    "unknown_figure": _l("This is not counted: write calls, cases, topic or another word of the list."),
    "number_twice": _l("The same number stands in two lines."),
    "not_a_number": _l("Not a number: write it in digits."),
    "sum_disagrees": _l("These two numbers disagree: the total, and what its parts make."),
    "unknown_code": _l("A code of this split is not in the list of these days."),
    HelplineReason.DAYS_ENTERED_ALREADY: sentence_of(HelplineReason.DAYS_ENTERED_ALREADY),
    HelplineReason.NOT_ONE_MONTH: sentence_of(HelplineReason.NOT_ONE_MONTH),
    GroundReason.DAYS_NOT_IN_ORDER: _l("The last day lies before the first."),
    GroundReason.IN_THE_FUTURE: _l("These days are not over."),
}
