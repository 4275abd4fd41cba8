"""What waits, in a sentence that pages and mails share."""

from functools import cache
from gettext import NullTranslations

from scheduler.core.language import translator
from scheduler.turns.terms import Matter


def why_of(matter: Matter, language: str) -> str:
    """What happened, of a matter that is the coordinators' turn."""
    return _said(translator(language))[matter]


@cache
def _said(catalogue: NullTranslations) -> dict[Matter, str]:
    """All of it, worded once: a page tells of dozens of turns."""
    _ = catalogue.gettext
    return {
        Matter.DECIDE_NOW: _("The crew is not complete, and no substitute was found"),
        Matter.SUBSTITUTE_SOUGHT: _("Somebody cannot come; substitutes are asked"),
        Matter.CREW_LOST: _("It was confirmed, then somebody left the crew"),
        Matter.CLASH: _("Somebody is to be in two places at once"),
        Matter.PASSED: _("Its day went by, and it was never confirmed"),
        Matter.CLOSED_DAY: _("A closure stopped the visit"),
        Matter.CLOCK_WRONG: _("The hour no longer fits the school"),
        Matter.DAY_NAMED: _("A closure stopped the visit; the school proposes a day"),
        Matter.OFFER_GONE: _("Declined or not answered in time, and nobody else is asked"),
        Matter.TO_CONFIRM: _("Everybody has accepted"),
        Matter.CONFIRM_ANEW: _("Somebody whom the school expects left; the crew is whole without her"),
        Matter.NO_PROMISE: _("Everybody has accepted, but the school has not promised a teacher and a contact"),
        Matter.NOT_OFFERED: _("A crew is chosen, but not asked yet"),
        Matter.NO_CREW: _("Planned, but nobody is asked yet"),
        Matter.CREW_SHORT: _("Some have accepted, but the crew is not whole"),
        Matter.PLACE_OPEN: _("Somebody left the crew, and nobody is asked for that place"),
        Matter.UNANSWERED: _("Offered, and nobody has answered"),
        Matter.SCHOOL_TO_TELL: _("Somebody whom the school expects does not come any more"),
        Matter.CREW_AWAY: _("Somebody of the crew has no time then any more"),
        Matter.DATE_WISH: _("The school asks for another date"),
        Matter.NUMBERS_ASKED: _("The school says that more come than one presentation takes"),
        Matter.NOT_COUNTED: _("Held, but nobody has counted"),
        Matter.DISPUTED: _("The school counted otherwise than the educator"),
        Matter.FAR_COUNT: _("Both counted the same, far from what was announced or tallied"),
        Matter.SILENT: _("The school has not answered the numbers"),
        Matter.HOST_TYPED: _("The school typed a name that is not on the list"),
        Matter.REQUEST_NEW: _("A new request that nobody has taken"),
        Matter.REQUEST_TRIAGE: _("The school waits for an answer"),
        Matter.STANDS_STILL: _("It has stood still for weeks"),
        Matter.COUNTS_CHANGED: _("The school changed its numbers"),
        Matter.REQUEST_AGREED: _("Agreed, but no visit is planned"),
        Matter.DATES_OVER: _("On the waiting list, and its days go by"),
        Matter.MAIL_FAILED: _("The mail did not arrive"),
        Matter.POST_DUE: _("A post is to be posted today"),
        Matter.POST_UNREADY: _("A post is near its day, and not ready"),
    }
