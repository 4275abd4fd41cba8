"""Whether two mail addresses are one mailbox, or are meant to look like one."""

import unicodedata
from functools import lru_cache

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


# Where schools of ours have their mailboxes, and what looks like one of these and is another.
WELL_KNOWN = (
    "gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "icloud.com", "googlemail.com", "msn.com",
    "protonmail.com", "mts.rs", "sbb.rs", "open.telekom.rs", "eunet.rs", "ptt.rs", "verat.net", "yubc.net",
    "beotel.net",
)  # fmt: skip
OF_THEIR_OWN = frozenset({"mail.com", "ymail.com", "email.com", "gmx.com", "yahoo.co.uk", "live.rs", "mt.rs"})


def likely_meant(address: str) -> str:
    """The address that somebody probably meant who typed this one: one slip of the hand away from a well-known service.

    Empty where nothing looks wrong. To be asked about, never to be refused: there are services of every name.
    """
    user, _at, domain = address.strip().lower().rpartition("@")
    meant = _service_meant(domain) if user else ""
    return f"{user}@{meant}" if meant else ""


@lru_cache(maxsize=1024)  # asked at each page that holds the address; half of a town's schools have one domain
def _service_meant(domain: str) -> str:
    if domain in WELL_KNOWN or domain in OF_THEIR_OWN:
        return ""
    return next((one for one in WELL_KNOWN if _one_slip_away(domain, one)), "")


def _one_slip_away(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too many, another one, or two neighbours changed places; or it ends otherwise."""
    if len(meant) < 7:  # mts.rs: of so short a name one letter makes another
        return sorted(typed) == sorted(meant)
    if typed.rpartition(".")[0] == meant.rpartition(".")[0]:  # gmail.con, gmail.rs, gmail.co
        return typed.rpartition(".")[2] in ("con", "co", "cm", "om", "vom", "comm", "rs")
    begins = 0
    while begins < min(len(typed), len(meant)) and typed[begins] == meant[begins]:
        begins += 1
    rest, other = typed[begins:], meant[begins:]
    turned = other[1::-1] + other[2:] if len(other) > 1 else other
    return rest in (other[1:], turned) or other == rest[1:] or rest[1:] == other[1:]
