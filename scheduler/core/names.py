"""The name of a person, a school, a programme: what it must be made of, so that every paper prints it as it is stored.

The edge has cleaned it before (`core.text.clean`): no controls, no invisible letters, one form of each accent.
"""

import unicodedata

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.paper.typesetting import unprintable
from scheduler.core.text import WORD, scripts_of


def problem_with_name(name: str) -> Reason | None:
    """Why a name cannot be taken, or None: it needs a letter, each word one script, and letters that our fonts have.

    A word of two scripts ("Маrko") is shown like another name and is found by nobody who types it; names of two words
    may be of two scripts. An empty name is nobody's fault here: whether one is needed, its field says.
    """
    if not name:
        return None
    words = WORD.findall(unicodedata.normalize("NFC", name))
    if not words:
        return GroundReason.NO_LETTER
    if any(len(scripts_of(word)) > 1 for word in words):
        return GroundReason.MIXED_SCRIPTS
    return GroundReason.UNPRINTABLE if unprintable(name) else None


def problem_with_register_name(name: str) -> Reason | None:
    """The same for a name out of an official register, which is stored as it stands: its words may mix scripts."""
    found = problem_with_name(name)
    return (GroundReason.UNPRINTABLE if unprintable(name) else None) if found is GroundReason.MIXED_SCRIPTS else found
