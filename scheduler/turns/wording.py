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
        Matter.DECIDE_NOW: _("No substitute was found"),
        Matter.SUBSTITUTE_SOUGHT: _("A presenter cancelled; seeking a substitute"),
        Matter.CREW_LOST: _("A presenter cancelled after confirmation"),
        Matter.CLASH: _("A presenter is booked twice at that time"),
        Matter.PASSED: _("The day went by unconfirmed"),
        Matter.CLOSED_DAY: _("The school is closed that day"),
        Matter.CLOCK_WRONG: _("The hour no longer fits the school"),
        Matter.DAY_NAMED: _("Closed that day; the school proposes another"),
        Matter.OFFER_GONE: _("Declined or unanswered; nobody else asked"),
        Matter.TO_CONFIRM: _("Everybody has accepted"),
        Matter.CONFIRM_ANEW: _("The presenters changed; confirm again"),
        Matter.NO_PROMISE: _("The school has not named a teacher and a contact"),
        Matter.NOT_OFFERED: _("Presenters chosen, offer not sent"),
        Matter.NO_CREW: _("No presenter yet"),
        Matter.CREW_SHORT: _("A presenter is missing"),
        Matter.PLACE_OPEN: _("A presenter left; nobody else asked"),
        Matter.UNANSWERED: _("Offer not answered yet"),
        Matter.SCHOOL_TO_TELL: _("The school expects somebody who left"),
        Matter.CREW_AWAY: _("A presenter is no longer free"),
        Matter.DATE_WISH: _("The school asks for another date"),
        Matter.NUMBERS_ASKED: _("More pupils than one presentation takes"),
        Matter.NOT_COUNTED: _("Attendance not entered"),
        Matter.DISPUTED: _("The school counted differently"),
        Matter.FAR_COUNT: _("Count is far from what was announced"),
        Matter.SILENT: _("The school has not confirmed attendance"),
        Matter.HOST_TYPED: _("School is not on the list"),
        Matter.REQUEST_NEW: _("New request"),
        Matter.REQUEST_TRIAGE: _("The school waits for an answer"),
        Matter.STANDS_STILL: _("No news for weeks"),
        Matter.COUNTS_CHANGED: _("The school changed its numbers"),
        Matter.REQUEST_AGREED: _("Accepted, visit not planned"),
        Matter.DATES_OVER: _("On the waiting list, days running out"),
        Matter.MAIL_FAILED: _("Mail not delivered"),
        Matter.MAIL_HELD: _("Mail held back"),
        Matter.POST_DUE: _("A post goes out today"),
        Matter.POST_UNREADY: _("A post is not ready"),
    }
