"""Why something was refused, in the reader's language."""

from babel.support import LazyProxy

from scheduler.core.errors import Reason
from scheduler.web.i18n import _, _l


def worded(reason: Reason) -> str:
    """The sentence for a reason."""
    return _(reason.sentence)


def sentence_of(reason: Reason) -> LazyProxy:
    """The same where a class is read: for labels and messages of forms."""
    return _l(reason.sentence)
