"""How a school reads the state of its request: one sentence for its page, lists and mails, and what happens next."""

from dataclasses import dataclass
from functools import cache

from scheduler.core.language import translator
from scheduler.requests.rules.states import PROMISED_DAYS
from scheduler.requests.terms.school_request import NotHeldReason, RequestState

STATE_OF = {  # in which state of its request a mail is written that says it
    "prove_address": RequestState.UNVERIFIED,
    "request_question": RequestState.NEEDS_INFO,
    "request_waitlisted": RequestState.WAITLISTED,
    "request_proposed": RequestState.PROPOSED,
    "request_agreed": RequestState.AGREED,
    "booking_taken": RequestState.STAFFING,
    "visit_confirmed": RequestState.CONFIRMED,
    "request_declined": RequestState.DECLINED,
    "request_merged": RequestState.MERGED_INTO,
}


@dataclass(frozen=True)
class StateWords:
    """What stands, and what happens next; `for_adults` where no pupils listen and no teacher has to stay with them."""

    sentence: str
    next: str
    for_adults: str = ""


def state_words(state: str, language: str) -> StateWords:
    """The words for a state, or for the reason of a visit that was not held: `RequestPage.school_state`."""
    return _words(language)[state]


def mail_words(state: str, language: str) -> dict[str, object]:
    """The same as mails say it: what stands, and what follows the words "What happens next:"."""
    words = state_words(state, language)
    return {"state": words.sentence, "state_next": words.next[0].lower() + words.next[1:]}


@cache
def _words(language: str) -> dict[str, StateWords]:
    _, state = translator(language).gettext, RequestState
    address = StateWords(
        _("Confirm your address"),
        _("We see the request only when you open the link in the mail and press the button."),
    )
    answered = _("We answer within %(days)s days, by mail and on this page. You need not do anything now.")
    answered %= {"days": PROMISED_DAYS}
    stays, prepare = _("A teacher stays in the room from beginning to end."), _("Prepare the room and the equipment.")
    again = _("You can send a new request at any time.")
    soon, sorry = _("See you soon!"), _("We are sorry.")
    held, not_held = _("The presentation was held"), _("The presentation was not held")
    return {
        state.DRAFT: address,
        state.UNVERIFIED: address,
        state.NEW: StateWords(_("We have your request"), answered),
        state.TRIAGE: StateWords(_("We are working on your request"), answered),
        state.NEEDS_INFO: StateWords(_("We have a question"), _("As soon as you answer, we go on.")),
        state.DECLINED: StateWords(_("We cannot come this time"), again),
        state.MERGED_INTO: StateWords(
            _("Joined with your other request"),
            _("Both requests are kept as one; the other link shows where it stands."),
        ),
        state.WAITLISTED: StateWords(
            _("You are on the waiting list"),
            _("Now all presenters are taken. We write to you as soon as somebody can come."),
        ),
        state.PROPOSED: StateWords(_("We offer you dates"), _("Choose one of the dates, or tell us that none suits.")),
        state.AGREED: StateWords(
            _("Your request is accepted"), _("We are looking for a date and presenters, and write to you.")
        ),
        state.STAFFING: StateWords(
            _("Your date is reserved"), _("We confirm the visit as soon as the presenters accept.")
        ),
        state.CONFIRMED: StateWords(_("The visit is confirmed"), f"{stays} {prepare}", for_adults=prepare),
        state.READY: StateWords(_("Everything is ready"), f"{stays} {soon}", for_adults=soon),
        state.DELIVERED: StateWords(held, _("The presenters hand in the numbers; you confirm them here.")),
        state.REPORTED: StateWords(held, _("The school's certificate follows on this page.")),
        state.CERTIFIED: StateWords(
            _("The certificate is ready"),
            _("You download it on this page, and name the teachers who need one of their own."),
        ),
        state.CLOSED: StateWords(_("All done, thank you"), _("Come again next school year.")),
        state.WITHDRAWN: StateWords(_("You withdrew the request"), again),
        state.EXPIRED: StateWords(
            _("The request has expired"),
            _("The address was not confirmed in time. You can send a new request."),
        ),
        state.CANCELLED_BY_SCHOOL: StateWords(_("You cancelled the visit"), again),
        state.CANCELLED_BY_CENTRE: StateWords(_("The centre cancelled the visit"), f"{sorry} {again}"),
        state.DISRUPTED: StateWords(
            _("The visit needs a new day"),
            _(
                "Schools do not work on the agreed day (a holiday, snow or a strike). "
                "Your place is kept: we look for a new date and write to you."
            ),
        ),
        NotHeldReason.NO_SHOW_HOST: StateWords(
            not_held,
            _("The presenters came and found nobody to speak to. If that is wrong, call us; you can also book again."),
        ),
        NotHeldReason.NO_SHOW_PRESENTER: StateWords(
            not_held, _("Our presenters did not come. We are sorry: call us, or book again.")
        ),
    }
