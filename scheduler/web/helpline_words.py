"""What the helpline's figures refuse, in words; `WORDS` (web/reasons.py) holds them with all others."""

from babel.support import LazyProxy

from scheduler.core.errors import GroundReason, Reason
from scheduler.helpline.terms import HelplineReason
from scheduler.web.i18n import _l

HELPLINE_WORDS: dict[Reason, LazyProxy] = {
    HelplineReason.NOT_ONE_MONTH: _l("Choose days of one month: figures are kept month by month."),
    HelplineReason.DAYS_ENTERED_ALREADY: _l("Choose other days: some of these have figures already."),
    HelplineReason.SUM_DISAGREES: _l("Mend this total or its parts: they disagree."),
    HelplineReason.MORE_THAN_ITS_TOTAL: _l("Mend this split: it says more than its total."),
    HelplineReason.FIGURES_ARE_SIGNED: _l("Open the figures with a reason first: they are signed off."),
    HelplineReason.FIGURES_NOT_SIGNED: _l("Sign the figures off first."),
    HelplineReason.NOTHING_TO_PUBLISH: _l("Choose days that have figures."),
    HelplineReason.PUBLISHED_ALREADY: _l("Choose other days: some of these are published already, and stay so."),
    HelplineReason.SEVERAL_LISTS: _l("Publish these days in parts: their topics are counted by different lists."),
    HelplineReason.LIST_BEGINS_TOO_EARLY: _l("Choose a later day: another list is used from this one on, or later."),
    HelplineReason.LIST_LINE_IS_BROKEN: _l(
        "Write in each line a code in small Latin letters, its Serbian name and its English name, semicolons between."
    ),
    HelplineReason.LIST_CODE_TWICE: _l("Write each code once: one stands in two lines."),
    HelplineReason.LIST_IS_COUNTED_BY: _l("Keep this list: figures are counted by it."),
    HelplineReason.CUTS_A_PERIOD: _l("Choose days that hold each period whole."),
}

HELPLINE_LINES: dict[str, LazyProxy] = {  # of a file that is imported
    "unknown_figure": _l("This is not counted: write calls, cases, topic or another word of the list."),
    "number_twice": _l("The same number stands in two lines."),
    "not_a_number": _l("Not a number: write it in digits."),
    "sum_disagrees": _l("These two numbers disagree: the total, and what its parts make."),
    "unknown_code": _l("A code of this split is not in the list of these days."),
    HelplineReason.DAYS_ENTERED_ALREADY: HELPLINE_WORDS[HelplineReason.DAYS_ENTERED_ALREADY],
    HelplineReason.NOT_ONE_MONTH: HELPLINE_WORDS[HelplineReason.NOT_ONE_MONTH],
    GroundReason.DAYS_NOT_IN_ORDER: _l("The last day lies before the first."),
    GroundReason.IN_THE_FUTURE: _l("These days are not over."),
}
