"""How the pages of messages say their states, failures, groups and acts."""

from collections.abc import Mapping

from babel.support import LazyProxy

from scheduler.messages.terms import HandAct, MessageGroup, MessageState
from scheduler.web.filters import Face
from scheduler.web.i18n import _l

FACES = {
    MessageState.WAITING: Face("wait", "clock", _l("Waiting")),
    MessageState.HELD: Face("stop", "lock", _l("On hold")),
    MessageState.SENDING: Face("move", "mail", _l("Is being sent")),
    MessageState.SENT: Face("good", "check", _l("Sent")),
    MessageState.FAILED: Face("stop", "alert", _l("Not delivered")),
    MessageState.STOPPED: Face("quiet", "ban", _l("Stopped")),
}
FAILURES = {
    "unreachable": _l("Our mail server did not take it; it is tried again."),
    "later": _l("The other mail server asked to try again later."),
    "refused": _l("The other mail server does not know this address."),
    "broken": _l("The mail could not be built: check the address."),
    "letters": _l("Our mail server sends to no address with these letters: ask for one in Latin letters."),
    "no_encryption": _l(
        "Our mail server offers no encryption, so it was told neither the password nor the mail. Switch TLS on there; "
        "then it leaves by itself."
    ),
    "certificate_expired": _l(
        "The certificate of our mail server has expired, so it was told neither the password nor the mail. Renew the "
        "certificate there; then it leaves by itself."
    ),
    "certificate_not_yet": _l(
        "The certificate of our mail server does not hold yet, so it was told neither the password nor the mail. Look "
        "at the clocks of both machines; then it leaves by itself."
    ),
    "certificate_name": _l(
        "The certificate of our mail server is for another name, so it was told neither the password nor the mail. "
        "Write the name of the certificate into the settings, or mend the certificate; then it leaves by itself."
    ),
    "certificate_unknown": _l(
        "Nobody whom we trust has signed the certificate of our mail server, so it was told neither the password nor "
        "the mail. If it is your own authority, name its file in TLS_CA_FILE; then it leaves by itself."
    ),
    "restored": _l("It waited when the backup was made, and may have left since: it is held."),
}
GROUPS: Mapping[MessageGroup, LazyProxy] = {
    MessageGroup.REQUESTS: _l("To schools: requests"),
    MessageGroup.VISITS: _l("To schools: visits"),
    MessageGroup.PRESENTERS: _l("To presenters"),
    MessageGroup.LETTERS: _l("To schools: letters after a visit"),
    MessageGroup.STAFF: _l("To the centre"),
    MessageGroup.PROTECTED: _l("Consent, guardians, sign-in and concerns"),
}
MINUTES: Mapping[int, LazyProxy] = {0: _l("Not at all"), 15: _l("15 minutes"), 60: _l("1 hour")}
PILLS: Mapping[MessageState, LazyProxy] = {
    MessageState.WAITING: _l("Waiting"),
    MessageState.HELD: _l("On hold"),
    MessageState.SENT: _l("Sent"),
    MessageState.FAILED: _l("Not delivered"),
    MessageState.STOPPED: _l("Stopped"),
}
TITLES: Mapping[HandAct, LazyProxy] = {
    HandAct.HOLD: _l("Hold messages"),
    HandAct.SEND: _l("Send messages now"),
    HandAct.DISCARD: _l("Discard messages"),
}
