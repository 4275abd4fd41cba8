"""How easily a secret key is guessed."""

from collections import Counter
from itertools import pairwise

REPEATED = 8  # letters that stand twice in a key: in one of random letters once in a million
KEYBOARD = ("1234567890", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm")
OF_EXAMPLES = (
    "example",
    "change",
    "secret",
    "password",
    "default",
    "insecure",
    "placeholder",
    "replace",
    "raspored",
    "lozinka",
    "192b9bdd22ab9ed4d12e236c78afcb9a",  # Flask's own manual
)


def weakness_of(key: str) -> str:
    """What makes a key easy to guess, in words that never repeat it; nothing if it looks random."""
    if len(key) < 32 or len(set(key)) < 10:
        return "is missing, short or of few different characters"
    plain = key.casefold()
    if any(word in plain for word in OF_EXAMPLES):
        return "is an example that others know"
    if any(plain.find(plain[at : at + REPEATED], at + 1) >= 0 for at in range(len(plain) - REPEATED)):
        return "repeats a pattern"
    if _runs_on(plain):
        return "is a sequence"
    return ""


def _runs_on(plain: str) -> bool:
    """Whether more than half of the letters follow from one before them: abcd, 9876, a1b2c3, qwerty."""
    pairs = list(pairwise(plain))
    keys = sum(any(one + other in row or other + one in row for row in KEYBOARD) for one, other in pairs)
    steps = [
        Counter(ord(other) - ord(one) for one, other in zip(plain, plain[stride:], strict=False)).most_common(1)[0][1]
        for stride in (1, 2, 3, 4)
    ]
    return max(keys, *steps) > len(plain) // 2
