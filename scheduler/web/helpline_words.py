"""What the helpline's figures refuse, in words; `WORDS` (web/reasons.py) holds them with all others."""

from babel.support import LazyProxy

from scheduler.core.errors import Reason
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
    HelplineReason.CUTS_A_PERIOD: _l("Choose days that hold each period whole."),
}
