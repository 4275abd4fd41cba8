"""Why somebody does not get in by a second step or through the centre's own login: a part of the table of reasons."""

from babel.support import LazyProxy

from scheduler.core.errors import Reason
from scheduler.keys.terms import KeyReason
from scheduler.people.terms import PersonReason
from scheduler.web.i18n import _l

SIGN_IN_WORDS: dict[Reason, LazyProxy] = {
    KeyReason.WRONG_CODE: _l("Type the code that the app shows now: this one is wrong, too old, or was used before."),
    KeyReason.WRONG_FIRST_CODE: _l("Type the code that the app shows now: this one is not of this secret, or too old."),
    KeyReason.WRONG_PASSKEY: _l("Try the passkey again, or take another way: it did not answer as it should."),
    KeyReason.TOO_MANY_CODES: _l(
        "Wait a quarter of an hour: too many codes were wrong. A passkey, a recovery code or a mailed link works now."
    ),
    KeyReason.TOO_MANY_KEY_LINKS: _l("Open one of the mails that you have: five links were asked for today."),
    KeyReason.LAST_KEY: _l("Add another app or passkey first: without this one you could not sign in."),
    KeyReason.OWN_KEYS: _l("Ask a colleague: nobody resets her own second step."),
    KeyReason.MAILBOX_NOT_PROVEN: _l("Open the link in the mail first."),
    KeyReason.HAS_AN_APP: _l("Take the app that you have away first, then add the new one."),
    PersonReason.TOO_MANY_RESETS: _l("Try again tomorrow: too many links were asked for today."),
    PersonReason.LOGIN_OPENS_NOTHING: _l(
        "Sign in with your address and password, or ask an administrator: that login opens no account here."
    ),
    PersonReason.LOGIN_SILENT: _l("Sign in with your password, or try again later: that login does not answer now."),
    PersonReason.LOGIN_TURNED_BACK: _l(
        "Press the button of that login again, or sign in with your password: nobody was signed in there."
    ),
    PersonReason.LOGIN_STALE: _l("Press the button of that login again: its answer is too old, or was used before."),
}
