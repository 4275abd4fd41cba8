"""Whether two mail addresses are one mailbox, or are meant to look like one."""

import unicodedata

# Small letters of other scripts, and digits, that are drawn like a Latin letter (after Unicode TS 39).
_DRAWN_LIKE = {
    "а": "a", "ɑ": "a", "α": "a", "в": "b", "ь": "b", "β": "b", "с": "c", "ϲ": "c", "ԁ": "d", "đ": "d", "ђ": "h",
    "е": "e", "ҽ": "e", "ε": "e", "є": "e", "ɡ": "g", "ց": "g", "һ": "h", "н": "h", "հ": "h", "ћ": "h",
    "і": "l", "ı": "l", "ι": "l", "i": "l", "1": "l", "|": "l", "ӏ": "l", "ł": "l", "ј": "j", "ϳ": "j",
    "к": "k", "κ": "k", "м": "m", "п": "n", "η": "n", "ո": "n", "о": "o", "ο": "o", "σ": "o", "օ": "o", "0": "o",
    "ø": "o", "р": "p", "ρ": "p", "ԛ": "q", "զ": "q", "г": "r", "ѕ": "s", "т": "t", "τ": "t", "υ": "u", "ս": "u",
    "μ": "u", "ѵ": "v", "ν": "v", "ԝ": "w", "ω": "w", "х": "x", "χ": "x", "у": "y", "γ": "y", "з": "3",
}  # fmt: skip
_DOTS_MEAN_NOTHING = {"gmail.com", "googlemail.com"}  # one service under two names: a.b@gmail.com is ab@gmail.com
_LETTERS = str.maketrans(_DRAWN_LIKE)


def mailbox_key(address: str) -> str:
    """One key for every way to write a mailbox, and for what is drawn like it.

    Case, what stands after a plus, and Gmail's dots mean nothing; a domain in Punycode is read; accents fall away;
    letters of other scripts, and 0, 1 and rn, count as what they look like. Two keys that agree are no proof: whoever
    compares refuses.
    """
    user, _at, domain = address.strip().rpartition("@")
    user, domain = user.partition("+")[0], ".".join(map(_readable, domain.rstrip(".").split(".")))
    if domain.casefold() in _DOTS_MEAN_NOTHING:
        user, domain = user.replace(".", ""), "gmail.com"
    return f"{_drawn(user)}@{_drawn(domain)}"


def same_mailbox(one: str, other: str) -> bool:
    """Whether two addresses reach the same mailbox, or look as if they did."""
    return mailbox_key(one) == mailbox_key(other)


def _readable(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


def _drawn(text: str) -> str:
    small = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(one for one in unicodedata.normalize("NFKD", small) if not unicodedata.combining(one))
    return bare.translate(_LETTERS).replace("rn", "m").replace("vv", "w")
